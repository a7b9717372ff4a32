package dev.culvert.user.quota;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.culvert.contracts.event.EventType;
import dev.culvert.contracts.identity.Tier;
import dev.culvert.data.tenant.TenantScope;
import dev.culvert.platform.secret.Hmac;
import dev.culvert.testing.PublishedEvents;
import dev.culvert.testing.PublishedEvents.Published;
import dev.culvert.testing.TestCallers;
import dev.culvert.testing.TestingPostgres;
import dev.culvert.user.RunningUserService;
import dev.culvert.user.UserClient;
import dev.culvert.user.quota.CountedWindow.SubjectType;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import tools.jackson.databind.JsonNode;

/** The ledger of months (requirements S3.5, S3.6, R6.6a). */
class QuotaIT extends RunningUserService {
    private static final Instant START = OffsetDateTime.now(ZoneOffset.UTC)
            .withDayOfMonth(1)
            .toLocalDate()
            .atStartOfDay(ZoneOffset.UTC)
            .toInstant();
    private static final Instant END =
            START.atZone(ZoneOffset.UTC).plusMonths(1).toInstant();

    @Autowired
    private Hmac hmac;

    @Autowired
    private QuotaLedger ledger;

    private final TestCallers caller = TestCallers.user();

    /** S3.5, R6.6a: the greatest number anybody told is kept, and shown to the user it is about. */
    @Test
    void keepsTheGreatestNumber() {
        assertThat(told(8_000)).isEqualTo(8_000);
        assertThat(told(120)).as("a gateway whose Redis forgot").isEqualTo(8_000);
        assertThat(told(8_500)).isEqualTo(8_500);

        JsonNode quota = UserClient.json(client(caller).get("/api/v1/quotas")).at("/items/0");
        assertThat(quota.path("resource").asString()).isEqualTo("api_requests");
        assertThat(quota.path("used").asLong()).isEqualTo(8_500);
        assertThat(quota.path("limit").asLong()).isEqualTo(10_000);
        assertThat(quota.path("percent").asDouble()).isEqualTo(85);
        assertThat(quota.path("resetsAt").asString()).isEqualTo(END.toString());
        assertThat(UserClient.json(client(caller).get("/api/v1/quotas/summary"))
                        .at("/nearLimit/0")
                        .asString())
                .isEqualTo("api_requests");
        assertThat(client(caller).get("/api/v1/quotas/api_requests").statusCode())
                .isEqualTo(200);
        assertThat(client(caller).get("/api/v1/quotas/nothing").statusCode()).isEqualTo(404);
        assertThat(UserClient.json(client(TestCallers.user()).get("/api/v1/quotas"))
                        .path("items"))
                .as("of somebody else")
                .isEmpty();
    }

    /** Whoever listens hears of each step once a month; nothing is said of a plan that allows much more. */
    @Test
    void saysOnceWhenAQuotaIsNearlyAndWhenItIsWhollyUsed() {
        for (long used : new long[] {7_999, 8_000, 8_400, 10_000, 10_400}) {
            told(used);
        }

        List<Published> said = PublishedEvents.until(EventType.QUOTA_EXCEEDED, caller.userId());
        assertThat(said)
                .extracting(Published::type)
                .containsExactly("dev.culvert.quota.threshold_reached", "dev.culvert.quota.exceeded");
        assertThat(said)
                .extracting(Published::tenantId)
                .containsOnly(caller.tenantId().toString());
        assertThat(said.getFirst().data().path("percent").asInt()).isEqualTo(80);
        assertThat(said.getFirst().data().path("used").asLong()).isEqualTo(8_000);
        assertThat(said.getLast().data().path("allowed").asLong()).isEqualTo(10_000);

        told(10_500, 1_000_000);
        assertThat(announced()).containsExactly("{\"10000\": 100}");
    }

    /** While the plan changes, gateways hold tokens of either. */
    @Test
    void repeatsNothingWhereGatewaysDisagreeOnWhatIsAllowed() {
        for (int i = 0; i < 3; i++) {
            told(8_000, 10_000);
            told(8_000, 9_000);
            told(8_000, 1_000_000);
        }
        told(9_000, 9_000);

        assertThat(PublishedEvents.until(EventType.QUOTA_EXCEEDED, caller.userId()))
                .extracting(Published::type, said -> said.data().path("allowed").asInt())
                .containsExactly(
                        tuple("dev.culvert.quota.threshold_reached", 10_000),
                        tuple("dev.culvert.quota.threshold_reached", 9_000),
                        tuple("dev.culvert.quota.exceeded", 9_000));
        assertThat(announced()).containsExactly("{\"9000\": 100, \"10000\": 80}");
    }

    private List<String> announced() {
        return column("SELECT announced FROM users.api_rate_limits WHERE subject_id = ?", caller.userId());
    }

    @Test
    void believesNobodyButGateways() {
        Map<String, Object> windows = Map.of("items", List.of());

        assertThat(tell(windows, "00").statusCode()).isEqualTo(401);
        assertThat(tell(windows, credential()).statusCode()).isEqualTo(200);
    }

    /** S3.6: old rows are gone after the run; of two instances that try at once, one runs. */
    @Test
    void forgetsEndedWindowsOnceAnHour() {
        TestingPostgres.shared().execute("UPDATE users.shared_job SET ran_at = now() - interval '2 hours'");
        told(5);
        asSystem(() -> ledger.keep(new CountedWindow(
                caller.tenantId(),
                SubjectType.USER,
                caller.userId(),
                "free",
                Instant.parse("2020-01-01T00:00:00Z"),
                Instant.parse("2020-02-01T00:00:00Z"),
                7,
                10)));
        assertThat(rows()).hasSize(2);

        List<Optional<Integer>> runs = IntStream.range(0, 2)
                .mapToObj(_ -> CompletableFuture.supplyAsync(() -> asSystem(() -> ledger.forget(Duration.ofDays(90)))))
                .toList()
                .stream()
                .map(CompletableFuture::join)
                .toList();

        assertThat(runs.stream().flatMap(Optional::stream)).hasSize(1);
        assertThat(rows()).hasSize(1);
    }

    private List<String> rows() {
        return column("SELECT used FROM users.api_rate_limits WHERE subject_id = ?", caller.userId());
    }

    private static <T> T asSystem(Supplier<T> work) {
        return TenantScope.callAsSystem("a test", work::get);
    }

    /** What an earlier plan allowed is not shown to somebody whom the new one does not limit. */
    @Test
    void showsNothingOfAnEarlierPlan() {
        told(50);
        TestCallers enterprise = caller.withTier(Tier.ENTERPRISE);
        assertThat(UserClient.json(client(caller).get("/api/v1/quotas")).path("items"))
                .hasSize(1);

        assertThat(UserClient.json(client(enterprise).get("/api/v1/quotas")).path("items"))
                .isEmpty();
        assertThat(client(enterprise).get("/api/v1/quotas/api_requests").statusCode())
                .isEqualTo(404);
        assertThat(UserClient.json(client(enterprise).get("/api/v1/quotas/summary"))
                        .path("quotas")
                        .asInt())
                .isZero();
    }

    private long told(long used) {
        return told(used, 10_000);
    }

    private long told(long used, long allowed) {
        HttpResponse<String> answer = tell(
                Map.of(
                        "items",
                        List.of(Map.of(
                                "tenantId",
                                caller.tenantId(),
                                "subjectType",
                                "user",
                                "subjectId",
                                caller.userId(),
                                "tier",
                                "free",
                                "start",
                                START,
                                "end",
                                END,
                                "used",
                                used,
                                "allowed",
                                allowed))),
                credential());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return UserClient.json(answer).at("/items/0/used").asLong();
    }

    private HttpResponse<String> tell(Map<String, Object> windows, String credential) {
        return client().post("/internal/quota-windows", windows, "Culvert-Gateway-Key", credential);
    }

    private String credential() {
        return HexFormat.of().formatHex(hmac.forPurpose("gateway").of("quota-windows"));
    }
}
