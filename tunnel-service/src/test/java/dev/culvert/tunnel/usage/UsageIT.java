package dev.culvert.tunnel.usage;

import static dev.culvert.testing.TestingApi.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.culvert.contracts.event.EventType;
import dev.culvert.data.outbox.Outbox;
import dev.culvert.data.tenant.TenantScope;
import dev.culvert.testing.PublishedEvents;
import dev.culvert.testing.PublishedEvents.Published;
import dev.culvert.testing.TestCallers;
import dev.culvert.testing.TestingApi;
import dev.culvert.tunnel.RunningTunnelService;
import dev.culvert.tunnel.connection.ReplicaProperties;
import dev.culvert.tunnel.session.RequestObserver;
import dev.culvert.tunnel.session.RequestStart;
import dev.culvert.tunnel.session.TrafficMeter.Course;
import dev.culvert.tunnel.session.TrafficMeter.Hops;
import dev.culvert.tunnel.session.TrafficMeter.Outcome;
import dev.culvert.tunnel.session.TrafficMeter.Protocol;
import dev.culvert.tunnel.session.TrafficMeter.Traffic;
import dev.culvert.tunnel.usage.UsageBatch.Key;
import dev.culvert.tunnel.usage.UsageBatch.Sums;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.JdbcOperations;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionOperations;
import tools.jackson.databind.JsonNode;

/** Requirements R4.6 and R4.9 from the meter on; the bytes themselves are moved in the e2e tests. */
class UsageIT extends RunningTunnelService {
    private static final Course COURSE = new Course(
            UUID.randomUUID(),
            "test",
            "/v1/chat/completions",
            Protocol.HTTP_1_1,
            Optional.empty(),
            Optional.empty(),
            new Hops(Duration.ZERO, Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty()));

    private final TestCallers caller = TestCallers.user();

    @Autowired
    private TrafficLedger meter;

    @Autowired
    private UsageDays days;

    @Autowired
    private JdbcClient jdbc;

    @Autowired
    private JdbcOperations batches;

    @Autowired
    private Outbox outbox;

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

    private Traffic traffic(int status, Outcome outcome, long bytesIn, long bytesOut, long millis) {
        return new Traffic(
                tunnelId,
                caller.tenantId(),
                caller.userId(),
                "POST",
                status,
                bytesIn,
                bytesOut,
                Instant.now(),
                Duration.ofMillis(millis),
                outcome,
                COURSE);
    }

    private JsonNode metrics() {
        return json(api().get("/api/v1/tunnels/" + tunnelId)).path("metrics");
    }

    /** R4.9: shown within the flush time, once. */
    @Test
    void showsAMovedMebibyteOnceAndTellsOfIt() {
        meter.record(traffic(200, Outcome.COMPLETED, 1 << 20, 42, 80));

        await().atMost(Duration.ofSeconds(15))
                .until(() -> metrics().path("requestCount").asLong(), count -> count == 1);
        JsonNode usage = json(api().get("/api/v1/tunnels/" + tunnelId + "/usage"));
        assertThat(usage.path("days")).hasSize(1);
        JsonNode today = usage.path("days").path(0);
        assertThat(today.path("date").asString())
                .isEqualTo(LocalDate.now(ZoneOffset.UTC).toString());
        assertThat(today.path("requests").asLong()).isEqualTo(1);
        assertThat(today.path("bytesIn").asLong()).isEqualTo(1 << 20);
        assertThat(today.path("bytesOut").asLong()).isEqualTo(42);
        assertThat(today.path("averageDurationMillis").asLong()).isEqualTo(80);
        List<Published> events = PublishedEvents.until(EventType.TUNNEL_TRAFFIC_MEASURED, tunnelId);
        assertThat(events).hasSize(1);
        assertThat(events.getFirst().data().path("bytesIn").asLong()).isEqualTo(1 << 20);
    }

    /** R4.6: 90 good and 10 bad requests are exactly that. */
    @Test
    void countsGoodAndBadRequests() {
        for (int i = 0; i < 90; i++) {
            meter.record(traffic(i % 2 == 0 ? 200 : 404, Outcome.COMPLETED, 1, 1, 10 + i));
        }
        for (Outcome outcome : List.of(Outcome.COMPLETED, Outcome.REFUSED)) {
            IntStream.range(0, 3).forEach(_ -> meter.record(traffic(503, outcome, 0, 0, 5)));
        }
        IntStream.range(0, 2).forEach(_ -> meter.record(traffic(200, Outcome.CUT_OFF, 0, 0, 5)));
        IntStream.range(0, 2).forEach(_ -> meter.record(traffic(200, Outcome.TIMED_OUT, 0, 0, 5)));

        await().atMost(Duration.ofSeconds(15))
                .until(() -> metrics().path("requestCount").asLong(), count -> count == 100);
        JsonNode metrics = metrics();
        assertThat(metrics.path("successCount").asLong()).isEqualTo(90);
        assertThat(metrics.path("errorCount").asLong()).isEqualTo(10);
        assertThat(metrics.path("successRate").asDouble()).isEqualTo(0.9);
        assertThat(metrics.path("minLatency").asLong()).isEqualTo(5);
        assertThat(metrics.path("maxLatency").asLong()).isEqualTo(99);
    }

    /** PT7: sums equal the parts, also when several threads measure while batches are cut. */
    @Test
    void losesAndDoublesNothingUnderConcurrentMeasuring() throws Exception {
        long seed = new Random().nextLong();
        List<Traffic> parts = new Random(seed)
                .ints(2_000, 0, 10_000)
                .mapToObj(n -> traffic(n % 7 == 0 ? 500 : 200, Outcome.COMPLETED, n, 2L * n, n % 100))
                .toList();

        try (var threads = Executors.newFixedThreadPool(4)) {
            parts.forEach(part -> threads.execute(() -> meter.record(part)));
        }

        await().atMost(Duration.ofSeconds(15))
                .until(() -> metrics().path("requestCount").asLong(), count -> count == parts.size());
        JsonNode metrics = metrics();
        long errors = parts.stream().filter(part -> part.status() == 500).count();
        assertThat(metrics.path("errorCount").asLong()).as("seed %d", seed).isEqualTo(errors);
        assertThat(metrics.path("bytesIn").asLong())
                .as("seed %d", seed)
                .isEqualTo(parts.stream().mapToLong(Traffic::bytesIn).sum());
        assertThat(metrics.path("bytesOut").asLong())
                .as("seed %d", seed)
                .isEqualTo(parts.stream().mapToLong(Traffic::bytesOut).sum());
    }

    /** The commit of a batch may succeed without being heard: the batch is then sent again. */
    @Test
    void storesABatchThatIsSentTwiceOnce() {
        Instant now = Instant.now();
        UsageBatch batch = new UsageBatch(
                UUID.randomUUID(),
                now.minusSeconds(1),
                now,
                Map.of(
                        new Key(tunnelId, caller.tenantId(), caller.userId(), now.truncatedTo(ChronoUnit.HOURS)),
                        new Sums(3, 1, 10, 20, 300, 50, 200, 0, 0, 1)));

        for (int i = 0; i < 2; i++) {
            TenantScope.runAsSystem("test", () -> days.apply(batch));
        }

        assertThat(metrics().path("requestCount").asLong()).isEqualTo(3);
        assertThat(metrics().path("bytesOut").asLong()).isEqualTo(20);
    }

    /** An hour-long stream is not one number at its end: a kill costs the bytes of one flush interval, however old it is. */
    @Test
    void storesTheBytesOfARequestThatIsStillUnderWay() {
        RequestObserver request = meter.begin(start());
        request.requestBytes(Unpooled.wrappedBuffer(new byte[100]));
        request.answerBytes(Unpooled.wrappedBuffer(new byte[2_000]));

        await().atMost(Duration.ofSeconds(15))
                .until(() -> metrics().path("bytesOut").asLong(), bytes -> bytes == 2_000);
        assertThat(metrics().path("bytesIn").asLong()).isEqualTo(100);
        assertThat(metrics().path("requestCount").asLong()).isZero();

        request.answerBytes(Unpooled.wrappedBuffer(new byte[500]));
        request.ended(traffic(200, Outcome.COMPLETED, 100, 2_500, 30));
        meter.flush();

        assertThat(metrics().path("requestCount").asLong()).isEqualTo(1);
        assertThat(metrics().path("bytesIn").asLong()).isEqualTo(100);
        assertThat(metrics().path("bytesOut").asLong()).isEqualTo(2_500);
        assertThat(metrics().path("minLatency").asLong()).isEqualTo(30);
    }

    @Test
    void countsTokensAndTheMostRequestsAtOnce() {
        List<RequestObserver> three =
                IntStream.range(0, 3).mapToObj(_ -> meter.begin(start())).toList();
        HttpHeaders json = new DefaultHttpHeaders().set("Content-Type", "application/json");
        byte[] answer = "{\"choices\":[],\"usage\":{\"prompt_tokens\":11,\"completion_tokens\":7}}"
                .getBytes(StandardCharsets.UTF_8);
        three.forEach(request -> {
            request.answerHead(200, json);
            request.answerBytes(Unpooled.wrappedBuffer(answer));
            request.ended(traffic(200, Outcome.COMPLETED, 0, answer.length, 5));
        });
        meter.flush();

        JsonNode today =
                json(api().get("/api/v1/tunnels/" + tunnelId + "/usage")).at("/days/0");
        assertThat(today.path("promptTokens").asLong()).isEqualTo(33);
        assertThat(today.path("completionTokens").asLong()).isEqualTo(21);
        assertThat(today.path("peakRequests").asInt()).isEqualTo(3);
    }

    private RequestStart start() {
        return new RequestStart(
                UUID.randomUUID(),
                tunnelId,
                caller.tenantId(),
                caller.userId(),
                Protocol.HTTP_1_1,
                "test",
                "POST",
                "/v1/chat/completions",
                new DefaultHttpHeaders(),
                Instant.now());
    }

    /** R4.6: 90 good and 10 bad requests over two instances, which write the same rows at the same time. */
    @Test
    void addsUpWhatTwoReplicasMeasured() throws Exception {
        UsageDays other = new UsageDays(
                jdbc,
                batches,
                outbox,
                new ReplicaProperties("other-replica", Duration.ofSeconds(5), Duration.ofSeconds(20)));

        try (var replicas = Executors.newFixedThreadPool(2)) {
            for (int i = 0; i < 10; i++) {
                replicas.execute(() -> apply(days, 5, 0));
                replicas.execute(() -> apply(other, 5, 1));
            }
        }

        assertThat(metrics().path("requestCount").asLong()).isEqualTo(100);
        assertThat(metrics().path("successCount").asLong()).isEqualTo(90);
        assertThat(metrics().path("errorCount").asLong()).isEqualTo(10);
    }

    private void apply(UsageDays replica, long requests, long errors) {
        Instant now = Instant.now();
        Key key = new Key(tunnelId, caller.tenantId(), caller.userId(), now.truncatedTo(ChronoUnit.HOURS));
        Sums sums = new Sums(requests, errors, 1, 1, 10, 1, 3, 0, 0, 1);
        TenantScope.runAsSystem(
                "test",
                () -> transactions.executeWithoutResult(
                        _ -> replica.apply(new UsageBatch(UUID.randomUUID(), now, now, Map.of(key, sums)))));
    }

    @Test
    void answersOnlyTheDaysAskedFor() {
        meter.record(traffic(200, Outcome.COMPLETED, 1, 1, 1));
        await().atMost(Duration.ofSeconds(15))
                .until(() -> metrics().path("requestCount").asLong(), count -> count == 1);
        String usage = "/api/v1/tunnels/" + tunnelId + "/usage";

        assertThat(json(api().get(usage + "?from=2020-01-01&to=2020-12-31")).path("days"))
                .isEmpty();
        assertThat(api().get(usage + "?from=2020-01-02&to=2020-01-01").statusCode())
                .isEqualTo(400);
        assertThat(api().get(usage + "?from=2019-01-01&to=2020-01-02").statusCode())
                .isEqualTo(400);
        assertThat(api().get(usage + "?from=yesterday").statusCode()).isEqualTo(400);
    }
}
