package dev.culvert.tunnel.tunnel;

import static dev.culvert.testing.TestingApi.json;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.culvert.agent.Agent;
import dev.culvert.agent.AgentOptions;
import dev.culvert.agent.connect.AgentEnd;
import dev.culvert.contracts.event.AuthEvent.ApiKeyRevoked;
import dev.culvert.contracts.event.AuthEvent.ApiKeyUpdated;
import dev.culvert.contracts.event.DomainEvent;
import dev.culvert.contracts.http.HeaderNames;
import dev.culvert.contracts.identity.Scope;
import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.data.outbox.Outbox;
import dev.culvert.testing.ProblemAssert;
import dev.culvert.testing.TestCallers;
import dev.culvert.testing.TestingApi;
import dev.culvert.testing.TestingIssuer;
import dev.culvert.testing.TestingOrigin;
import dev.culvert.tunnel.RunningTunnelService;
import dev.culvert.tunnel.ingress.DataPort;
import java.io.ByteArrayInputStream;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.transaction.support.TransactionOperations;
import tools.jackson.databind.JsonNode;

/** Control plane, data plane, a real agent and a real local service together. */
class TunnelWithAnAgentIT extends RunningTunnelService {
    private final TestCallers caller = TestCallers.apiKey(Scope.GRANTABLE_TO_KEYS.toArray(String[]::new));
    private final TestingOrigin origin = TestingOrigin.start();
    private final HttpClient client = HttpClient.newHttpClient();

    @Autowired
    private DataPort dataPort;

    @Autowired
    private Outbox outbox;

    @Autowired
    private TransactionOperations transactions;

    @AfterEach
    void close() {
        origin.close();
        client.close();
    }

    private TestingApi api() {
        return as(caller);
    }

    private String createTunnel() {
        return "/api/v1/tunnels/"
                + json(api().post("/api/v1/tunnels", "{\"name\": \"ollama\"}"))
                        .path("id")
                        .asString();
    }

    private Agent agent() {
        return Agent.start(AgentOptions.of(
                "http://127.0.0.1:" + dataPort.port(),
                "ollama",
                origin.uri("").toString(),
                TestingIssuer.shared().token(caller)));
    }

    private HttpResponse<String> send(byte[] body) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + dataPort.port() + "/t/ollama/upload"))
                .header(HeaderNames.CALLER_TOKEN, TestingIssuer.shared().token(caller))
                .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                .build();
        return client.send(request, HttpResponse.BodyHandlers.ofString());
    }

    private void awaitStatus(String tunnel, String status) {
        await().atMost(Duration.ofSeconds(30))
                .until(() -> json(api().get(tunnel + "/status")).path("status").asString(), status::equals);
    }

    /** R4.9: a moved mebibyte is reported within the flush time, once. R4.1b: the first agent starts the tunnel. */
    @Test
    void carriesTrafficFromTheFirstAgentOnAndReportsIt() throws Exception {
        String tunnel = createTunnel();
        origin.on("/upload", exchange -> {
            exchange.body().transferTo(OutputStream.nullOutputStream());
            exchange.respond(200, "text/plain", "thanks");
        });
        ProblemAssert.assertThat(send(new byte[1])).isProblem(ProblemCode.AGENT_OFFLINE);

        try (Agent agent = agent()) {
            agent.awaitConnected(Duration.ofSeconds(30));
            awaitStatus(tunnel, "connected");

            HttpResponse<String> answer = send(new byte[1 << 20]);

            assertThat(answer.body()).isEqualTo("thanks");
            JsonNode today = await().atMost(Duration.ofSeconds(15))
                    .until(
                            () -> json(api().get(tunnel + "/usage")).at("/days/0"),
                            day -> day.path("bytesOut").asLong() > 0);
            assertThat(today.path("bytesIn").asLong()).isBetween(1L << 20, (1L << 20) + 1);
            assertThat(today.path("bytesOut").asLong()).isEqualTo(6);
            assertThat(today.path("requests").asLong()).isEqualTo(2);
            assertThat(today.path("errors").asLong()).isEqualTo(1);
            assertThat(today.path("connections").asLong()).isPositive();
        }

        awaitStatus(tunnel, "disconnected");
    }

    @Test
    void closesItsAgentsWhenItIsStopped() throws Exception {
        String tunnel = createTunnel();
        try (Agent agent = agent()) {
            agent.awaitConnected(Duration.ofSeconds(30));
            awaitStatus(tunnel, "connected");

            api().post(tunnel + "/stop", "");

            AgentEnd end = agent.end().get(30, TimeUnit.SECONDS);
            assertThat(end.reason()).isEqualTo(AgentEnd.Reason.TUNNEL_STOPPED);
            ProblemAssert.assertThat(send(new byte[1])).isProblem(ProblemCode.TUNNEL_STOPPED);
            assertThat(json(api().get(tunnel + "/status")).path("status").asString())
                    .isEqualTo("disconnected");
        }
        try (Agent refused = agent()) {
            assertThat(refused.end().get(30, TimeUnit.SECONDS).reason()).isEqualTo(AgentEnd.Reason.TUNNEL_STOPPED);
        }
        api().post(tunnel + "/start", "");
        try (Agent back = agent()) {
            back.awaitConnected(Duration.ofSeconds(30));
            awaitStatus(tunnel, "connected");
        }
    }

    @Test
    void closesItsAgentsWhenItIsDeleted() throws Exception {
        String tunnel = createTunnel();
        try (Agent agent = agent()) {
            agent.awaitConnected(Duration.ofSeconds(30));

            api().send("DELETE", tunnel, "");

            agent.end().get(30, TimeUnit.SECONDS);
            ProblemAssert.assertThat(send(new byte[1])).isProblem(ProblemCode.TUNNEL_001);
        }
    }

    @Test
    void closesItsAgentsWhenTheirKeyIsRevoked() throws Exception {
        closesItsAgentsAfter(
                new ApiKeyRevoked(caller.userId(), caller.apiKeyId().orElseThrow(), "cvt_test_a"));
    }

    /** S3.15: a key that may no longer connect agents loses those it connected. */
    @Test
    void closesItsAgentsWhenTheirKeyMayNoLongerConnect() throws Exception {
        UUID keyId = caller.apiKeyId().orElseThrow();
        closesItsAgentsAfter(new ApiKeyUpdated(
                caller.userId(), keyId, "cvt_test_a", 2, Set.of("scopes"), Set.of(Scope.TUNNELS_USE)));
    }

    private void closesItsAgentsAfter(DomainEvent event) throws Exception {
        String tunnel = createTunnel();
        try (Agent agent = agent()) {
            agent.awaitConnected(Duration.ofSeconds(30));
            awaitStatus(tunnel, "connected");

            // Any service could publish it; here this one does, so that it comes over the real topic.
            transactions.executeWithoutResult(_ -> outbox.append(caller.tenantId(), event));

            assertThat(agent.end().get(30, TimeUnit.SECONDS).reason()).isEqualTo(AgentEnd.Reason.KEY_REFUSED);
            awaitStatus(tunnel, "error");
            assertThat(json(api().get(tunnel + "/status")).path("reason").asString())
                    .isEqualTo("revoked");
        }
    }

    private HttpResponse<byte[]> get(String path, String... headers) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + dataPort.port() + "/t/ollama" + path))
                .header(HeaderNames.CALLER_TOKEN, TestingIssuer.shared().token(caller));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
    }

    /** R4.3: the third request at the same time is refused, and a change of that holds without a restart. */
    @Test
    void boundsTheTrafficByTheConfiguration() throws Exception {
        String tunnel = createTunnel();
        CountDownLatch over = new CountDownLatch(1);
        origin.on("/ok", exchange -> exchange.respond(200, "text/plain", "ok"));
        origin.on("/slow", exchange -> {
            over.await(20, TimeUnit.SECONDS);
            exchange.respond(200, "text/plain", "late");
        });
        api().send("PUT", tunnel + "/config", "{\"maxConnections\": 2}");
        try (Agent agent = agent();
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            agent.awaitConnected(Duration.ofSeconds(30));
            List<Future<HttpResponse<byte[]>>> running =
                    List.of(threads.submit(() -> get("/slow")), threads.submit(() -> get("/slow")));
            await().until(() -> origin.requests().size() == 2);

            assertThat(get("/ok").statusCode()).isEqualTo(429);
            api().send("PUT", tunnel + "/config", "{\"maxConnections\": 3}");
            assertThat(get("/ok").statusCode()).isEqualTo(200);

            over.countDown();
            for (Future<HttpResponse<byte[]>> answer : running) {
                assertThat(answer.get(30, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
            }
        }
    }

    /** R4.3: a timeout of a second cuts an answer that takes far longer; one that flows may take as long as it likes. */
    @Test
    void cutsSilenceThatIsLongerThanTheTimeout() throws Exception {
        String tunnel = createTunnel();
        CountDownLatch over = new CountDownLatch(1);
        origin.on("/slow", exchange -> over.await(30, TimeUnit.SECONDS));
        origin.on("/flows", exchange -> {
            try (var chunks = exchange.stream(200, "text/plain")) {
                for (int i = 0; i < 12; i++) {
                    chunks.send("x");
                    over.await(100, TimeUnit.MILLISECONDS);
                }
            }
        });
        api().send("PUT", tunnel + "/config", "{\"timeout\": 1000}");
        try (Agent agent = agent()) {
            agent.awaitConnected(Duration.ofSeconds(30));

            long start = System.nanoTime();
            assertThat(get("/slow").statusCode()).isEqualTo(504);
            assertThat(Duration.ofNanos(System.nanoTime() - start))
                    .isBetween(Duration.ofMillis(900), Duration.ofSeconds(10));

            assertThat(get("/flows").body()).hasSize(12);
        } finally {
            over.countDown();
        }
    }

    /** R4.3: compression of text whose length is known, for callers that accept it, unless switched off. */
    @Test
    void compressesTextOfKnownLengthIfConfigured() throws Exception {
        String tunnel = createTunnel();
        String text = "{\"model\": \"llama\"}".repeat(10_000);
        origin.on(
                "/text",
                exchange -> exchange.respond(
                        200, Map.of("Content-Type", "application/json", "ETag", "\"1\""), text.getBytes(UTF_8)));
        origin.on(
                "/binary",
                exchange -> exchange.respond(200, Map.of("Content-Type", "image/png"), text.getBytes(UTF_8)));
        origin.on("/stream", exchange -> {
            try (var chunks = exchange.stream(200, "application/json")) {
                chunks.send(text);
            }
        });
        try (Agent agent = agent()) {
            agent.awaitConnected(Duration.ofSeconds(30));

            HttpResponse<byte[]> packed = get("/text", "Accept-Encoding", "br, gzip");
            assertThat(packed.headers().firstValue("Content-Encoding")).hasValue("gzip");
            assertThat(packed.headers().firstValue("Content-Length")).isEmpty();
            assertThat(packed.headers().firstValue("ETag")).hasValue("W/\"1\"");
            assertThat(packed.headers().firstValue("Vary")).isPresent();
            assertThat(packed.body().length).isLessThan(text.length() / 10);
            assertThat(new GZIPInputStream(new ByteArrayInputStream(packed.body())).readAllBytes())
                    .isEqualTo(text.getBytes(UTF_8));
            for (HttpResponse<byte[]> plain : List.of(
                    get("/text"),
                    get("/text", "Accept-Encoding", "gzip;q=0"),
                    get("/binary", "Accept-Encoding", "gzip"),
                    get("/stream", "Accept-Encoding", "gzip"))) {
                assertThat(plain.headers().firstValue("Content-Encoding")).isEmpty();
                assertThat(plain.body()).isEqualTo(text.getBytes(UTF_8));
            }

            api().send("PUT", tunnel + "/config", "{\"compression\": false}");
            assertThat(get("/text", "Accept-Encoding", "gzip").headers().firstValue("Content-Encoding"))
                    .isEmpty();
        }
    }
}
