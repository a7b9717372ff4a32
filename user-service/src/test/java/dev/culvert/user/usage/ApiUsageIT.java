package dev.culvert.user.usage;

import static dev.culvert.user.UserClient.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.culvert.contracts.event.UsageEvent.ApiCallEnded;
import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.testing.ProblemAssert;
import dev.culvert.testing.TestCallers;
import dev.culvert.user.RunningUserService;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import tools.jackson.databind.JsonNode;

/** Requirements S2.35, S2.36 at the side that keeps the figures. */
class ApiUsageIT extends RunningUserService {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String ROWS = "SELECT count(*) FROM users.api_usage WHERE user_id = ?";
    /** Not today, which may end while the tests run, and not so long ago that its calls are forgotten. */
    private static final LocalDate DAY = LocalDate.now(ZoneOffset.UTC).minusDays(3);

    private static final LocalDate NEXT_DAY = DAY.plusDays(1);
    private static final Instant NOON = DAY.atTime(12, 0).toInstant(ZoneOffset.UTC);

    @Autowired
    private OldUsage oldUsage;

    @Autowired
    private ApiUsage usage;

    @Test
    void keepsOneRowOfEachCallHoweverOftenItsEventComes() {
        TestCallers ada = TestCallers.user();
        for (int i = 0; i < 100; i++) {
            UUID event = UUID.randomUUID();
            publish(event, ada, call(ada, "/api/v1/tunnels", 200, NOON.plusSeconds(i)));
            if (i % 10 == 0) {
                publish(event, ada, call(ada, "/api/v1/tunnels", 200, NOON.plusSeconds(i)));
            }
        }
        UUID last = UUID.randomUUID();
        publish(last, ada, call(ada, "/api/v1/last", 200, NOON)); // of the same key, so behind all others

        await().atMost(PATIENCE)
                .until(() -> column("SELECT 'here' FROM users.api_usage WHERE event_id = ?", last)
                                .size()
                        == 1);

        assertThat(column(ROWS, ada.userId())).containsExactly("101");
        JsonNode figures = json(client(ada).get("/api/v1/usage?from=" + DAY + "&to=" + DAY));
        assertThat(figures.at("/total/calls").asInt()).isEqualTo(101);
        assertThat(figures.at("/days/1/endpoint").asString()).isEqualTo("/api/v1/tunnels");
        assertThat(figures.at("/days/1/date").asString()).isEqualTo(DAY.toString());
        assertThat(figures.at("/days/1/figures/calls").asInt()).isEqualTo(100);
        assertThat(figures.at("/days/1/figures/bytesOut").asInt()).isEqualTo(2_000);
        assertThat(figures.at("/days/1/figures/averageDurationMillis").asDouble())
                .isEqualTo(1.5);
    }

    @Test
    void answersByDayEndpointStatusAndKey() {
        TestCallers ada = TestCallers.user();
        UUID key = UUID.randomUUID();
        publish(UUID.randomUUID(), ada, call(ada, "/api/v1/tunnels/{id}", 200, NOON));
        publish(UUID.randomUUID(), ada, call(ada, "/api/v1/tunnels/{id}", 503, NOON.plus(Duration.ofDays(1))));
        publish(UUID.randomUUID(), ada, call(ada, "/api/v1/webhooks", 404, NOON, Optional.of(key)));
        awaitRows(ada, 3);

        assertThat(calls(ada, "")).hasSize(3);
        assertThat(calls(ada, "&endpoint=/api/v1/webhooks")).hasSize(1);
        assertThat(calls(ada, "&keyId=" + key)).hasSize(1);
        assertThat(calls(ada, "&status=503")).hasSize(1);
        assertThat(calls(ada, "&from=" + NEXT_DAY + "T00:00:00Z")).hasSize(1);
        assertThat(calls(ada, "&to=" + NEXT_DAY + "T00:00:00Z")).hasSize(2);
        JsonNode figures = json(client(ada).get("/api/v1/usage?from=" + DAY + "&to=" + NEXT_DAY));
        assertThat(figures.at("/total/calls").asInt()).isEqualTo(3);
        assertThat(figures.at("/total/errors").asInt()).isEqualTo(1);
        assertThat(figures.get("days")).hasSize(3);
        assertThat(json(client(ada).get("/api/v1/usage?from=" + NEXT_DAY + "&to=" + NEXT_DAY))
                        .at("/total/calls")
                        .asInt())
                .isEqualTo(1);
        ProblemAssert.assertThat(client(ada).get("/api/v1/usage?from=" + NEXT_DAY + "&to=" + DAY))
                .isProblem(ProblemCode.VALIDATION_ERROR)
                .hasViolationsOf("from");
        for (String strange : List.of(
                "?from=%2B999999999-12-31",
                "?to=-999999999-01-01", "/calls?from=%2B1000000000-12-31T23:59:59Z", "/calls?endpoint=%00")) {
            ProblemAssert.assertThat(client(ada).get("/api/v1/usage" + strange))
                    .isProblem(ProblemCode.VALIDATION_ERROR);
        }
    }

    @Test
    void showsTheTenantsCallsToItsOwnerAndNobodyElsesToAnybody() {
        TestCallers owner = registered();
        TestCallers guest = TestCallers.user().withTenantId(owner.tenantId());
        TestCallers stranger = TestCallers.user();
        publish(UUID.randomUUID(), owner, call(owner, "/api/v1/tunnels", 200, NOON));
        publish(UUID.randomUUID(), guest, call(guest, "/api/v1/tunnels", 200, NOON));
        awaitRows(owner, 1);
        awaitRows(guest, 1);

        assertThat(calls(owner, "")).hasSize(1);
        assertThat(calls(owner, "&of=tenant")).hasSize(2);
        assertThat(calls(guest, "")).hasSize(1);
        assertThat(calls(stranger, "")).isEmpty();
        ProblemAssert.assertThat(client(guest).get("/api/v1/usage?of=tenant")).isProblem(ProblemCode.FORBIDDEN);
        ProblemAssert.assertThat(client(stranger).get("/api/v1/usage/calls?of=tenant"))
                .isProblem(ProblemCode.FORBIDDEN);
        ProblemAssert.assertThat(client(owner).get("/api/v1/usage?of=all")).isProblem(ProblemCode.VALIDATION_ERROR);
    }

    /** */
    @Test
    void forgetsCallsAfterNinetyDaysButNotTheirSums() {
        TestCallers ada = TestCallers.user();
        Instant longAgo = Instant.now().minus(Duration.ofDays(91));
        publish(UUID.randomUUID(), ada, call(ada, "/api/v1/tunnels", 200, longAgo));
        publish(UUID.randomUUID(), ada, call(ada, "/api/v1/tunnels", 200, Instant.now()));
        awaitRows(ada, 2);

        oldUsage.forget();

        assertThat(calls(ada, "")).hasSize(1);
        assertThat(column("SELECT sum(calls) FROM users.api_usage_day WHERE user_id = ?", ada.userId()))
                .containsExactly("2");
    }

    /** S3.20: single calls for 90 days, sums for two years; by a clock that was set, with rows on both sides of each border. */
    @Test
    void purgesByTheClock() {
        TestCallers ada = TestCallers.user();
        Instant now = Instant.parse("2024-05-01T12:00:00Z");
        Instant ninetyDays = now.minus(Duration.ofDays(90));
        Instant lastDayOfTheSums = Instant.parse("2022-05-01T23:00:00Z");
        for (Instant at : List.of(
                ninetyDays, ninetyDays.minusSeconds(1), lastDayOfTheSums, lastDayOfTheSums.minus(Duration.ofDays(1)))) {
            publish(UUID.randomUUID(), ada, call(ada, "/api/v1/tunnels", 200, at));
        }
        awaitRows(ada, 4);

        new OldUsage(usage, Clock.fixed(now, ZoneOffset.UTC)).forget();

        assertThat(column(
                        "SELECT started_at = '" + ninetyDays + "' FROM users.api_usage WHERE user_id = ?",
                        ada.userId()))
                .containsExactly("t");
        assertThat(column("SELECT day FROM users.api_usage_day WHERE user_id = ? ORDER BY day", ada.userId()))
                .containsExactly("2022-05-01", "2024-02-01");
    }

    private JsonNode calls(TestCallers caller, String query) {
        return json(client(caller).get("/api/v1/usage/calls?limit=10" + query)).get("items");
    }

    private static void awaitRows(TestCallers caller, int rows) {
        await().atMost(Duration.ofSeconds(60))
                .until(() -> column(ROWS, caller.userId()).contains(Integer.toString(rows)));
    }

    private static ApiCallEnded call(TestCallers caller, String endpoint, int status, Instant at) {
        return call(caller, endpoint, status, at, Optional.empty());
    }

    private static ApiCallEnded call(TestCallers caller, String endpoint, int status, Instant at, Optional<UUID> key) {
        return new ApiCallEnded(caller.userId(), key.orElse(null), "GET", endpoint, status, at, 1_500, 10, 20);
    }
}
