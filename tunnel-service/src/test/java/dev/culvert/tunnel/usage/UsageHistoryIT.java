package dev.culvert.tunnel.usage;

import static dev.culvert.testing.TestingApi.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.culvert.data.tenant.TenantScope;
import dev.culvert.testing.TestCallers;
import dev.culvert.testing.TestingApi;
import dev.culvert.tunnel.RunningTunnelService;
import dev.culvert.tunnel.usage.UsageBatch.Key;
import dev.culvert.tunnel.usage.UsageBatch.Sums;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.time.temporal.TemporalAdjusters;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.ToLongFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionOperations;
import tools.jackson.databind.JsonNode;

/** Requirements P2.5.1, P2.5.2, P2.5.6 and R4.9a: the ledger as its owners read it. */
class UsageHistoryIT extends RunningTunnelService {
    private static final LocalDate TODAY = LocalDate.now(ZoneOffset.UTC);

    private final TestCallers caller = TestCallers.user();

    @Autowired
    private UsageDays days;

    @Autowired
    private OldUsage old;

    @Autowired
    private JdbcClient jdbc;

    @Autowired
    private TransactionOperations transactions;

    private UUID tunnelId;

    @BeforeEach
    void createTunnel() {
        tunnelId = UUID.fromString(json(api().post("/api/v1/tunnels", "{\"name\": \"a\"}"))
                .path("id")
                .asString());
    }

    private TestingApi api() {
        return as(caller);
    }

    private void store(Map<Key, Sums> entries) {
        Instant now = Instant.now();
        TenantScope.runAsSystem("test", () -> days.apply(new UsageBatch(UUID.randomUUID(), now, now, entries)));
    }

    private Key key(UUID user, Instant hour) {
        return new Key(tunnelId, caller.tenantId(), user, hour);
    }

    private static Instant hour(int daysAgo, int hour) {
        return TODAY.minusDays(daysAgo).atTime(hour, 0).toInstant(ZoneOffset.UTC);
    }

    private static Sums requests(long requests, long errors, long bytes, long millisEach) {
        return new Sums(requests, errors, bytes, 2 * bytes, requests * millisEach, millisEach, millisEach, 3, 4, 1);
    }

    private JsonNode usage(String query) {
        return json(api().get("/api/v1/tunnels/" + tunnelId + "/usage" + query));
    }

    /** P2.5.1: roll-ups equal the raw sum; PT7. */
    @ParameterizedTest
    @ValueSource(strings = {"hour", "day", "week", "month"})
    void sumsOfEachGranularityEqualTheParts(String granularity) {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        Map<Key, Sums> parts = new HashMap<>();
        for (int i = 0; i < 300; i++) {
            parts.merge(
                    key(
                            random.nextBoolean() ? caller.userId() : UUID.randomUUID(),
                            hour(random.nextInt(80), random.nextInt(24))),
                    requests(1 + random.nextInt(9), random.nextInt(2), random.nextInt(10_000), random.nextInt(500)),
                    Sums::plus);
        }
        store(parts);

        JsonNode told = usage("?granularity=" + granularity + "&from=" + TODAY.minusDays(80));

        List<JsonNode> periods = told.path("periods").valueStream().toList();
        assertThat(sum(periods, "requests")).as("seed %d", seed).isEqualTo(sum(parts, Sums::requests));
        assertThat(sum(periods, "errors")).as("seed %d", seed).isEqualTo(sum(parts, Sums::errors));
        assertThat(sum(periods, "bytesIn")).as("seed %d", seed).isEqualTo(sum(parts, Sums::bytesIn));
        assertThat(sum(periods, "bytesOut")).as("seed %d", seed).isEqualTo(sum(parts, Sums::bytesOut));
        assertThat(sum(periods, "promptTokens")).as("seed %d", seed).isEqualTo(sum(parts, Sums::promptTokens));
        assertThat(periods.stream()
                        .mapToLong(period ->
                                period.at("/figures/peakLatencyMillis").asLong())
                        .max())
                .hasValue(parts.values().stream()
                        .mapToLong(Sums::maxDurationMillis)
                        .max()
                        .orElseThrow());
        assertThat(periods)
                .isSortedAccordingTo((a, b) ->
                        a.path("from").asString().compareTo(b.path("from").asString()));
    }

    /** Beginning of a period, of the next, and its end; none so old that it would be purged. */
    private static Stream<Arguments> borders() {
        LocalDate monday = TODAY.with(TemporalAdjusters.previous(DayOfWeek.MONDAY));
        LocalDate first = TODAY.withDayOfMonth(1);
        return Stream.of(
                arguments("hour", hour(1, 12), hour(1, 13), hour(1, 14)),
                arguments("day", hour(2, 0), hour(1, 0), hour(0, 0)),
                arguments("week", startOf(monday.minusWeeks(1)), startOf(monday), startOf(monday.plusWeeks(1))),
                arguments("month", startOf(first.minusMonths(1)), startOf(first), startOf(first.plusMonths(1))));
    }

    private static Instant startOf(LocalDate day) {
        return day.atStartOfDay().toInstant(ZoneOffset.UTC);
    }

    /** P2.5.1: where hours, days, weeks and months begin, with requests in the last hour before and the first behind. */
    @ParameterizedTest
    @MethodSource("borders")
    void tellsPeriodsApartAtTheirBorders(String granularity, Instant before, Instant border, Instant end) {
        Instant last = border.minus(1, ChronoUnit.HOURS);
        store(Map.of(
                key(caller.userId(), last), requests(3, 1, 10, 20),
                key(caller.userId(), border), requests(5, 2, 100, 40)));

        JsonNode periods = usage("?granularity=%s&from=%s&to=%s"
                        .formatted(
                                granularity,
                                LocalDate.ofInstant(last, ZoneOffset.UTC),
                                LocalDate.ofInstant(border, ZoneOffset.UTC)))
                .path("periods");

        assertThat(periods).hasSize(2);
        assertPeriod(periods.get(0), before, border, 3, 1, 10, 20);
        assertPeriod(periods.get(1), border, end, 5, 2, 100, 40);
    }

    private static void assertPeriod(
            JsonNode period, Instant from, Instant to, long requests, long errors, long bytes, long millis) {
        assertThat(period.path("from").asString()).isEqualTo(from.toString());
        assertThat(period.path("to").asString()).isEqualTo(to.toString());
        JsonNode figures = period.path("figures");
        assertThat(figures.path("requests").asLong()).isEqualTo(requests);
        assertThat(figures.path("successes").asLong()).isEqualTo(requests - errors);
        assertThat(figures.path("errors").asLong()).isEqualTo(errors);
        assertThat(figures.path("bytesIn").asLong()).isEqualTo(bytes);
        assertThat(figures.path("bytesOut").asLong()).isEqualTo(2 * bytes);
        assertThat(figures.path("averageLatencyMillis").asDouble()).isEqualTo(millis);
        assertThat(figures.path("peakLatencyMillis").asLong()).isEqualTo(millis);
    }

    private static long sum(List<JsonNode> periods, String figure) {
        return periods.stream()
                .mapToLong(period -> period.path("figures").path(figure).asLong())
                .sum();
    }

    private static long sum(Map<Key, Sums> parts, ToLongFunction<Sums> figure) {
        return parts.values().stream().mapToLong(figure).sum();
    }

    /** P2.5.2. */
    @Test
    void keepsTwoUsersApart() {
        TestCallers other = TestCallers.user().withTenantId(caller.tenantId());
        store(Map.of(
                key(caller.userId(), hour(1, 10)), requests(3, 1, 10, 20),
                key(other.userId(), hour(1, 10)), requests(5, 0, 100, 20),
                key(caller.userId(), hour(31, 10)), requests(6, 1, 10, 20)));

        JsonNode users = usage("/users").path("users");
        assertThat(users).hasSize(2);
        assertThat(users.at("/0/userId").asString()).isEqualTo(other.userId().toString());
        assertThat(users.at("/0/figures/requests").asLong()).isEqualTo(5);
        assertThat(users.at("/1/figures/requests").asLong()).isEqualTo(3);
        JsonNode own = json(api().get("/api/v1/users/usage/report?groupBy=tunnel"));
        assertThat(own.at("/total/requests").asLong()).isEqualTo(3);
        assertThat(own.at("/before/requests").asLong()).isEqualTo(6);
        assertThat(own.at("/trend/requestsPercent").asDouble()).isEqualTo(-50);
        assertThat(own.at("/groups/0/key").asString()).isEqualTo(tunnelId.toString());
        JsonNode others = json(as(other).get("/api/v1/users/usage/report"));
        assertThat(others.at("/total/requests").asLong()).isEqualTo(5);
        assertThat(others.at("/groups/0/key").asString())
                .isEqualTo(TODAY.minusDays(1).toString());
        assertThat(as(other).get("/api/v1/tunnels/" + tunnelId + "/usage/users").statusCode())
                .isEqualTo(404);
    }

    /** R4.9: the report is of all tunnels, those of other tenants included; what their owners see stays as it was. */
    @Test
    void reportsOnesUseOfTheTunnelsOfOthers() {
        TestCallers guest = TestCallers.user();
        store(Map.of(
                key(guest.userId(), hour(1, 10)), requests(3, 1, 10, 20),
                key(caller.userId(), hour(1, 10)), requests(9, 0, 100, 20)));

        JsonNode report = json(as(guest).get("/api/v1/users/usage/report?groupBy=tunnel"));

        assertThat(report.at("/total/requests").asLong()).isEqualTo(3);
        assertThat(report.path("groups")).hasSize(1);
        assertThat(report.at("/groups/0/key").asString()).isEqualTo(tunnelId.toString());
        assertThat(json(as(guest).get("/api/v1/users/usage/report"))
                        .at("/groups/0/figures/requests")
                        .asLong())
                .isEqualTo(3);
        assertThat(json(as(TestCallers.user().withTenantId(guest.tenantId())).get("/api/v1/users/usage/report"))
                        .at("/total/requests")
                        .asLong())
                .as("of a colleague of the guest")
                .isZero();
        assertThat(as(guest).get("/api/v1/tunnels/" + tunnelId + "/usage").statusCode())
                .isEqualTo(404);
    }

    @Test
    void findsTheBusiestHours() {
        store(Map.of(
                key(caller.userId(), hour(1, 9)), requests(3, 0, 0, 1),
                key(caller.userId(), hour(1, 17)), requests(8, 0, 0, 1),
                key(caller.userId(), hour(2, 17)), requests(4, 0, 0, 1)));

        JsonNode peaks = usage("/peaks");

        assertThat(peaks.at("/busiest/0/from").asString()).isEqualTo(hour(1, 17).toString());
        assertThat(peaks.path("hoursOfDay")).hasSize(2);
        assertThat(peaks.at("/hoursOfDay/1/hour").asInt()).isEqualTo(17);
        assertThat(peaks.at("/hoursOfDay/1/figures/requests").asLong()).isEqualTo(12);
    }

    /** P2.5.6: day 90 stays, day 91 goes, and two replicas that come to it at once do it once. */
    @Test
    void purgesHoursAfterNinetyDaysOnce() throws Exception {
        store(Map.of(
                key(caller.userId(), hour(0, 0)), requests(1, 0, 0, 1),
                key(caller.userId(), hour(90, 0)), requests(1, 0, 0, 1),
                key(caller.userId(), hour(91, 23)), requests(1, 0, 0, 1),
                key(caller.userId(), hour(400, 0)), requests(1, 0, 0, 1)));

        int removed = 0;
        try (var replicas = Executors.newFixedThreadPool(2)) {
            Callable<Integer> purge = () -> TenantScope.callAsSystem("test", old::removeAll);
            for (Future<Integer> one : replicas.invokeAll(List.of(purge, purge))) {
                removed += one.get();
            }
        }

        assertThat(removed).isEqualTo(2);
        List<Instant> left = TenantScope.callAsSystem(
                "test",
                () -> transactions.execute(
                        _ -> jdbc.sql("SELECT hour FROM usage_hours WHERE tunnel_id = ? ORDER BY hour")
                                .param(tunnelId)
                                .query((row, _) -> row.getTimestamp(1).toInstant())
                                .list()));
        assertThat(left).containsExactly(hour(90, 0), hour(0, 0));
        assertThat(json(api().get("/api/v1/tunnels/" + tunnelId + "/usage?granularity=month&from="
                                + TODAY.minusDays(420)))
                        .path("periods")
                        .valueStream()
                        .mapToLong(period -> period.at("/figures/requests").asLong())
                        .sum())
                .as("days are kept")
                .isEqualTo(4);
    }

    /** R4.9a: a repeat counts once, and what is reported changes nothing that was measured. */
    @Test
    void countsAReportedEventOnceAndApart() {
        store(Map.of(key(caller.userId(), hour(0, 0).truncatedTo(ChronoUnit.HOURS)), requests(2, 0, 50, 1)));
        String event = """
                {"eventId": "e1", "type": "data_transfer", "connectionId": "c1", "dataBytes": 4096, "durationSeconds": 2}""";

        List<Boolean> counted = IntStream.range(0, 2)
                .mapToObj(_ -> json(api().post("/api/v1/tunnels/" + tunnelId + "/usage/events", event))
                        .path("counted")
                        .asBoolean())
                .toList();
        api().post(
                        "/api/v1/tunnels/" + tunnelId + "/metrics/record",
                        "{\"latency\": 12, \"success\": false, \"statusCode\": 500}");

        assertThat(counted).containsExactly(true, false);
        JsonNode told = usage("");
        assertThat(told.at("/reported/events").asLong()).isEqualTo(2);
        assertThat(told.at("/reported/dataBytes").asLong()).isEqualTo(4096);
        assertThat(told.at("/reported/requests").asLong()).isEqualTo(1);
        assertThat(told.at("/periods/0/figures/requests").asLong()).isEqualTo(2);
        assertThat(told.at("/periods/0/figures/bytesIn").asLong()).isEqualTo(50);
        JsonNode metrics = json(api().get("/api/v1/tunnels/" + tunnelId + "/metrics"));
        assertThat(metrics.path("requestCount").asLong()).isEqualTo(2);
        assertThat(metrics.at("/reported/errors").asLong()).isEqualTo(1);
    }

    @Test
    void refusesReportsThatMakeNoSenseAndThoseOfStrangers() {
        String path = "/api/v1/tunnels/" + tunnelId + "/usage/events";

        assertThat(api().post(path, "{\"eventId\": \"e\", \"type\": \"party\"}").statusCode())
                .isEqualTo(400);
        assertThat(api().post(path, "{\"eventId\": \"e\", \"type\": \"error\", \"dataBytes\": -1}")
                        .statusCode())
                .isEqualTo(400);
        assertThat(as(TestCallers.user())
                        .post(path, "{\"eventId\": \"e\", \"type\": \"error\"}")
                        .statusCode())
                .isEqualTo(404);
        assertThat(api().get("/api/v1/tunnels/" + tunnelId + "/usage?granularity=second")
                        .statusCode())
                .isEqualTo(400);
    }

    @Test
    void tellsOfOneDay() {
        store(Map.of(key(caller.userId(), hour(3, 4)), requests(2, 1, 50, 1)));

        assertThat(usage("/" + TODAY.minusDays(3)).path("requests").asLong()).isEqualTo(2);
        assertThat(usage("/" + TODAY.minusDays(4)).path("requests").asLong()).isZero();
    }
}
