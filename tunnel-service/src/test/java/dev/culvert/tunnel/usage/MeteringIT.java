package dev.culvert.tunnel.usage;

import static dev.culvert.testing.TestingApi.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.awaitility.Awaitility.await;

import dev.culvert.agent.Agent;
import dev.culvert.contracts.http.HeaderNames;
import dev.culvert.testing.OriginExchange;
import dev.culvert.testing.TestCallers;
import dev.culvert.testing.TestingIssuer;
import dev.culvert.tunnel.RunningTunnelService;
import dev.culvert.tunnel.TunnelUnderTest;
import dev.culvert.tunnel.ingress.DataPort;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import tools.jackson.databind.JsonNode;

/** What really went through a tunnel against the test's own count. */
class MeteringIT extends RunningTunnelService {
    @Autowired
    private DataPort dataPort;

    private TunnelUnderTest tunnel;

    @BeforeEach
    void createTunnel() {
        tunnel = new TunnelUnderTest(as(TestCallers.user()), dataPort.port());
    }

    @AfterEach
    void close() {
        tunnel.close();
    }

    private JsonNode metricsAfter(int requests) {
        return await().atMost(Duration.ofSeconds(30))
                .until(
                        () -> json(tunnel.api.get(tunnel.path + "/metrics")),
                        metrics -> metrics.path("requestCount").asInt() == requests);
    }

    /** P2.14.8: usage figures are right; here to the byte. */
    @Test
    void countsEveryByteBothWays() throws Exception {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        tunnel.origin.on("/sizes", exchange -> {
            int asked = Integer.parseInt(exchange.request().header("x-size"));
            exchange.bodyText();
            exchange.respond(asked % 10 == 0 ? 500 : 200, "text/plain", "y".repeat(asked));
        });
        long sent = 0;
        long received = 0;
        int failed = 0;

        try (Agent agent = tunnel.agent()) {
            assertThat(agent.connectionsUp()).isPositive();
            for (int i = 0; i < 60; i++) {
                int up = random.nextInt(200_000);
                int down = random.nextInt(200_000);
                var answer = tunnel.send("POST", "/sizes", "x".repeat(up), "X-Size", Integer.toString(down));
                sent += up;
                received += answer.body().length();
                failed += answer.statusCode() == 500 ? 1 : 0;
            }
            JsonNode metrics = metricsAfter(60);

            assertThat(metrics.path("bytesIn").asLong()).as("seed %d", seed).isEqualTo(sent);
            assertThat(metrics.path("bytesOut").asLong()).as("seed %d", seed).isEqualTo(received);
            assertThat(metrics.path("errorCount").asInt()).as("seed %d", seed).isEqualTo(failed);
        }
    }

    /** The replica counts what it passes on, whoever is killed beside it: the agent here, then the gateway. */
    @Test
    void losesNoByteWhenTheAgentIsKilledOrWhoeverAsks() throws Exception {
        CountDownLatch over = new CountDownLatch(1);
        tunnel.origin.on("/endless", exchange -> {
            try (OriginExchange.Chunks answer = exchange.stream(200, "text/plain")) {
                for (int i = 0; i < 10; i++) {
                    answer.send("z".repeat(1_000));
                }
                over.await(30, TimeUnit.SECONDS);
            }
        });
        try (HttpClient client = HttpClient.newHttpClient()) {
            Agent killed = tunnel.agent();
            InputStream cutOff = begun(client);
            killed.kill();
            assertThatIOException().isThrownBy(cutOff::readAllBytes);
            assertThat(metricsAfter(1).path("bytesOut").asLong()).isEqualTo(10_000);

            try (Agent other = tunnel.agent()) {
                assertThat(other.connectionsUp()).isPositive();
                begun(client).close();
                JsonNode metrics = metricsAfter(2);
                assertThat(metrics.path("bytesOut").asLong()).isEqualTo(20_000);
                assertThat(metrics.path("errorCount").asInt()).as("cut off").isEqualTo(1);
            }
        } finally {
            over.countDown();
        }
    }

    private InputStream begun(HttpClient client) throws Exception {
        InputStream body = client.send(
                        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + dataPort.port() + "/t/ollama/endless"))
                                .header(
                                        HeaderNames.CALLER_TOKEN,
                                        TestingIssuer.shared().token(tunnel.api.caller()))
                                .build(),
                        HttpResponse.BodyHandlers.ofInputStream())
                .body();
        assertThat(body.readNBytes(10_000)).hasSize(10_000);
        return body;
    }

    @Test
    void readsTheTokensOfAStreamThatPasses() throws Exception {
        tunnel.origin.on("/v1/chat/completions", exchange -> {
            try (OriginExchange.Chunks answer = exchange.stream(200, "text/event-stream")) {
                for (int i = 0; i < 50; i++) {
                    answer.send("data: {\"choices\":[{\"delta\":{\"content\":\"word\"}}],\"usage\":null}\n\n");
                }
                answer.send("data: {\"choices\":[],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":50}}\n\n");
                answer.send("data: [DONE]\n\n");
            }
        });
        tunnel.origin.on("/api/chat", exchange -> {
            try (OriginExchange.Chunks answer = exchange.stream(200, "application/x-ndjson")) {
                answer.send("{\"message\":{\"content\":\"a\"},\"done\":false}\n");
                answer.send("{\"done\":true,\"prompt_eval_count\":4,\"eval_count\":6}\n");
            }
        });

        try (Agent agent = tunnel.agent()) {
            assertThat(agent.connectionsUp()).isPositive();
            tunnel.send("POST", "/v1/chat/completions", "{}");
            tunnel.send("POST", "/api/chat", "{}");
            metricsAfter(2);
        }

        JsonNode today = json(tunnel.api.get(tunnel.path + "/usage")).at("/days/0");
        assertThat(today.path("promptTokens").asInt()).isEqualTo(13);
        assertThat(today.path("completionTokens").asInt()).isEqualTo(56);
    }
}
