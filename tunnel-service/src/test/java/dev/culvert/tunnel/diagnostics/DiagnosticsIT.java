package dev.culvert.tunnel.diagnostics;

import static dev.culvert.testing.TestingApi.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.culvert.agent.Agent;
import dev.culvert.testing.TestCallers;
import dev.culvert.testing.TestingApi;
import dev.culvert.tunnel.RunningTunnelService;
import dev.culvert.tunnel.TunnelUnderTest;
import dev.culvert.tunnel.ingress.DataPort;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import tools.jackson.databind.JsonNode;

class DiagnosticsIT extends RunningTunnelService {
    @Autowired
    private DataPort dataPort;

    @Autowired
    private LatencyLog latencies;

    @Autowired
    private MeterRegistry metrics;

    private TunnelUnderTest tunnel;

    @BeforeEach
    void createTunnel() {
        tunnel = new TunnelUnderTest(as(TestCallers.user()), dataPort.port());
    }

    @AfterEach
    void close() {
        tunnel.close();
    }

    private JsonNode read(String rest) {
        return json(tunnel.api.get(tunnel.path + rest));
    }

    /** R4.7: after a forced error the report names it with its correlation id. */
    @Test
    void namesAForcedErrorWithItsCorrelationIdAndConnection() throws Exception {
        try (Agent agent = tunnel.agentTo("http://127.0.0.1:9")) {
            assertThat(agent.connectionsUp()).isPositive();
            var answer = tunnel.send("GET", "/v1/models?key=secret", "", "X-Correlation-ID", "find-me-1234");
            assertThat(answer.statusCode()).isEqualTo(502);

            JsonNode report = await().until(
                            () -> read("/diagnostics"),
                            found -> !found.path("errors").isEmpty());

            JsonNode error = report.at("/errors/0");
            assertThat(error.path("category").asString()).isEqualTo("local_unreachable");
            assertThat(error.path("code").asString()).isEqualTo("TARGET_UNREACHABLE");
            assertThat(error.path("correlationId").asString()).isEqualTo("find-me-1234");
            assertThat(error.path("path").asString()).isEqualTo("/v1/models");
            assertThat(report.at("/errorsByCategory/local_unreachable").asLong())
                    .isEqualTo(1);
            // P2.4.7: from the summary to one connection by ids.
            String connection = error.path("connectionId").asString();
            JsonNode one = read("/connections/" + connection);
            assertThat(one.path("health").asString()).isEqualTo("usable");
            assertThat(one.at("/errors/0/correlationId").asString()).isEqualTo("find-me-1234");
            assertThat(read("/requests?connectionId=" + connection)
                            .at("/items/0/correlationId")
                            .asString())
                    .isEqualTo("find-me-1234");
        }
        assertThat(read("/errors?category=timeout").path("items")).isEmpty();
        assertThat(tunnel.api.get(tunnel.path + "/errors?category=luck").statusCode())
                .isEqualTo(400);
        JsonNode summary = json(tunnel.api.get("/api/v1/tunnels/diagnostics"));
        assertThat(summary.at("/tunnels/0/errorsByCategory/local_unreachable").asLong())
                .isEqualTo(1);
    }

    /** P2.4.3: an ordered list with times; connections that are gone stay in sight. */
    @Test
    void tellsWhichStatesAndConnectionsThereWere() throws Exception {
        try (Agent agent = tunnel.agent()) {
            assertThat(agent.connectionsUp()).isPositive();
            await().until(() -> read("/states").at("/items/0/to").asString(), "connected"::equals);
        }
        await().until(() -> read("/states").at("/items/0/to").asString(), "disconnected"::equals);

        JsonNode states = read("/states");
        assertThat(states.path("items")
                        .valueStream()
                        .map(state -> state.path("to").asString()))
                .containsExactly("disconnected", "connected", "created");
        assertThat(states.path("items")
                        .valueStream()
                        .map(state -> state.path("time").asString()))
                .isSortedAccordingTo((a, b) -> Instant.parse(b).compareTo(Instant.parse(a)));
        assertThat(states.at("/items/2/from").isMissingNode()).isTrue();
        JsonNode connections = read("/connections").path("items");
        assertThat(connections).isNotEmpty();
        assertThat(connections.valueStream())
                .allMatch(one -> one.path("health").asString().equals("ended")
                        && one.path("endedAt").isString());
    }

    @Test
    void measuresWhereTheTimeGoes() throws Exception {
        tunnel.origin.on("/slow", exchange -> {
            exchange.awaitClientGone(Duration.ofMillis(120)); // nobody leaves: it takes that long
            exchange.respond(200, "text/plain", "late");
        });
        try (Agent agent = tunnel.agent()) {
            assertThat(agent.connectionsUp()).isPositive();
            assertThat(tunnel.send("GET", "/slow", "").body()).isEqualTo("late");
            await().until(() -> {
                latencies.flush();
                return read("/diagnostics").at("/latency/total/count").asLong() == 1;
            });

            JsonNode report = read("/diagnostics");
            JsonNode latency = report.path("latency");
            assertThat(latency.propertyNames())
                    .containsExactly("checks", "queue", "answer", "local", "link", "body", "total");
            assertThat(latency.at("/answer/p50Millis").asDouble()).isBetween(100.0, 5_000.0);
            assertThat(latency.at("/local/count").asInt())
                    .as("the agent measures its part")
                    .isEqualTo(1);
            assertThat(latency.at("/local/p50Millis").asDouble()).isBetween(100.0, 5_000.0);
            assertThat(latency.at("/total/p99Millis").asDouble())
                    .isGreaterThanOrEqualTo(latency.at("/answer/p50Millis").asDouble());
            assertThat(latency.at("/total/buckets")).hasSize(1);
            assertThat(report.at("/pool/connections").asInt()).isPositive();
            assertThat(report.at("/pool/maxRequests").asLong()).isPositive();
        }
    }

    /** P2.9.7: names and label values, while a request runs and after it. */
    @Test
    void countsUnderTheNamesThatAreRequired() throws Exception {
        CountDownLatch looked = new CountDownLatch(1);
        tunnel.origin.on("/a", exchange -> {
            looked.await(20, TimeUnit.SECONDS);
            exchange.respond(200, "text/plain", "answer");
        });
        long ended = completed();
        double running = value("tunnel.connections", "protocol", "http/1.1");
        double moved = metrics.get("tunnel.traffic")
                .tags("protocol", "http/1.1", "direction", "out")
                .counter()
                .count();

        try (Agent agent = tunnel.agent();
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            assertThat(agent.connectionsUp()).isPositive();
            Future<Integer> answer =
                    threads.submit(() -> tunnel.send("GET", "/a", "").statusCode());
            await().until(() -> value("tunnel.connections", "protocol", "http/1.1") == running + 1);
            await().until(() -> value("tunnel.pool.utilization") > 0);
            assertThat(value("tunnel.pool.utilization")).isLessThan(1);
            looked.countDown();
            assertThat(answer.get(30, TimeUnit.SECONDS)).isEqualTo(200);
        }

        await().until(() -> completed() == ended + 1);
        assertThat(value("tunnel.connections", "protocol", "http/1.1")).isEqualTo(running);
        assertThat(value("tunnel.connections", "protocol", "websocket")).isZero();
        await().until(() -> value("tunnel.pool.utilization") == 0);
        assertThat(metrics.get("tunnel.traffic")
                        .tags("protocol", "http/1.1", "direction", "out")
                        .counter()
                        .count())
                .isEqualTo(moved + "answer".length());
    }

    private long completed() {
        return metrics.get("tunnel.request.latency")
                .tags("protocol", "http/1.1", "outcome", "completed")
                .summary()
                .count();
    }

    private double value(String gauge, String... tags) {
        return metrics.get(gauge).tags(tags).gauge().value();
    }

    @Test
    void hidesEverythingFromStrangers() {
        TestingApi stranger = as(TestCallers.user());

        for (String rest : new String[] {"/diagnostics", "/states", "/connections", "/errors", "/usage", "/metrics"}) {
            assertThat(stranger.get(tunnel.path + rest).statusCode()).as(rest).isEqualTo(404);
        }
    }
}
