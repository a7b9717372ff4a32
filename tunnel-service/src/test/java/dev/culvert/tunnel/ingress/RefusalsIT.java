package dev.culvert.tunnel.ingress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.culvert.contracts.identity.Scope;
import dev.culvert.tunnel.session.TunnelDirectory.Resolution;
import dev.culvert.tunnelprotocol.CloseReason;
import dev.culvert.tunnelprotocol.LinkSettings;
import dev.culvert.tunnelprotocol.MemoryBudget;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Every refusal has the common body with the code that says which hop is to blame (requirements R4.1d, R7.2, X-2). */
class RefusalsIT {
    private TestingDataPlane plane;
    private RawOrigin origin;

    @BeforeEach
    void start() throws Exception {
        plane = new TestingDataPlane();
        origin = new RawOrigin().on("/ok", call -> call.answer("200 OK", "ok"));
    }

    @AfterEach
    void stop() throws Exception {
        plane.close();
        origin.close();
    }

    @Test
    void answersAnUnknownTunnelWith404() throws Exception {
        assertRefused(get("/t/nobody/ok"), 404, "TUNNEL_001", "TUNNEL_NOT_FOUND");
    }

    @Test
    void answersAStoppedTunnelWith503() throws Exception {
        plane.tunnels.put("box", new Resolution.Stopped(UUID.randomUUID()));

        assertRefused(get("/t/box/ok"), 503, "TUNNEL_STOPPED", "TUNNEL_NOT_AVAILABLE");
    }

    @Test
    void answersATunnelWithoutAnAgentWith503() throws Exception {
        plane.tunnel("box");

        HttpResponse<String> answer = get("/t/box/ok");

        assertRefused(answer, 503, "AGENT_OFFLINE", "DESKTOP_CLIENT_DISCONNECTED");
        assertThat(answer.headers().firstValue("Retry-After")).isPresent();
    }

    @Test
    void answersALocalServiceThatIsDownWith502() throws Exception {
        plane.tunnel("box");
        plane.agent("box", "http://127.0.0.1:" + closedPort());

        assertRefused(get("/t/box/ok"), 502, "TARGET_UNREACHABLE", null);
    }

    @Test
    void answersALocalServiceThatHangsUpWith502() throws Exception {
        origin.on("/hangup", call -> call.closes = true);
        plane.tunnel("box");
        plane.agent("box", origin.url());

        assertRefused(get("/t/box/hangup"), 502, "UPSTREAM_ERROR", null);
    }

    @Test
    void answersALocalServiceThatDoesNotSpeakHttpWith502() throws Exception {
        origin.on("/ssh", call -> {
            call.write("SSH-2.0-OpenSSH_9.9\r\n\r\n");
            call.closes = true;
        });
        plane.tunnel("box");
        plane.agent("box", origin.url());

        assertRefused(get("/t/box/ssh"), 502, "UPSTREAM_ERROR", null);
    }

    @Test
    void answersSilenceBeforeTheAnswerWith504() throws Exception {
        CountDownLatch closed = new CountDownLatch(1);
        origin.on("/silent", call -> {
            call.awaitClosedByPeer();
            closed.countDown();
            call.closes = true;
        });
        plane.tunnel("box", 10, Duration.ofMillis(500));
        plane.agent("box", origin.url());

        assertRefused(get("/t/box/silent"), 504, "REQUEST_TIMEOUT", "LLM_REQUEST_TIMEOUT");
        await().until(() -> closed.getCount() == 0);
    }

    @Test
    void cutsAnAnswerThatFallsSilent() throws Exception {
        origin.on("/stall", call -> {
            call.startChunked("text/plain");
            call.chunk("begin");
            call.awaitClosedByPeer();
            call.closes = true;
        });
        plane.tunnel("box", 10, Duration.ofSeconds(2));
        plane.agent("box", origin.url());

        try (Socket socket = plane.connect()) {
            TestingDataPlane.send(socket, TestingDataPlane.get("/t/box/stall"));
            String all = new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);

            assertThat(all).endsWith("5\r\nbegin\r\n").doesNotEndWith("0\r\n\r\n");
        }
    }

    @Test
    void refusesMoreRequestsAtOnceThanTheTunnelAllows() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        origin.on("/hold", call -> {
            release.await();
            call.answer("200 OK", "done");
        });
        Resolution.Found box = plane.tunnel("box", 2, null);
        plane.agent("box", origin.url());

        CompletableFuture<HttpResponse<String>> first =
                plane.client.sendAsync(plane.request("/t/box/hold").build(), BodyHandlers.ofString());
        CompletableFuture<HttpResponse<String>> second =
                plane.client.sendAsync(plane.request("/t/box/hold").build(), BodyHandlers.ofString());
        await().until(() -> plane.port.requests() == box.maxConnections());
        assertRefused(get("/t/box/ok"), 429, "TOO_MANY_STREAMS", "RATE_LIMIT_EXCEEDED");
        release.countDown();

        assertThat(first.get().body()).isEqualTo("done");
        assertThat(second.get().body()).isEqualTo("done");
        await().untilAsserted(() -> assertThat(get("/t/box/ok").statusCode()).isEqualTo(200));
    }

    @Test
    void refusesRequestsThatItHasNoMemoryFor() throws Exception {
        plane.close();
        DataPortProperties small = TestingDataPlane.properties();
        plane = new TestingDataPlane(new DataPortProperties(
                small.address(),
                0,
                1,
                org.springframework.util.unit.DataSize.ofBytes(
                        MemoryBudget.pinnedBy(LinkSettings.DEFAULTS.streamWindowBytes())),
                small.firstByteTimeout(),
                small.idleTimeout(),
                small.drainTimeout(),
                small.pingInterval(),
                small.suspectAfter(),
                small.closeAfter()));
        CountDownLatch release = new CountDownLatch(1);
        origin.on("/hold", call -> {
            release.await();
            call.answer("200 OK", "done");
        });
        plane.tunnel("box");
        plane.agent("box", origin.url());

        CompletableFuture<HttpResponse<String>> first =
                plane.client.sendAsync(plane.request("/t/box/hold").build(), BodyHandlers.ofString());
        await().until(() -> plane.port.requests() == 1);
        assertRefused(get("/t/box/ok"), 503, "SERVICE_UNAVAILABLE", null);
        release.countDown();

        assertThat(first.get().body()).isEqualTo("done");
        await().until(() -> plane.port.reservedBytes() == 0);
    }

    @Test
    void refusesARequestWithoutCredentials() throws Exception {
        HttpResponse<String> answer = plane.client.send(
                HttpRequest.newBuilder(URI.create(plane.url() + "/t/box/ok")).build(), BodyHandlers.ofString());

        assertRefused(answer, 401, "AUTH_TOKEN_MISSING", null);
        assertThat(answer.headers().firstValue("WWW-Authenticate")).contains("Bearer");
    }

    @Test
    void refusesATokenThatIsNotAccepted() throws Exception {
        HttpResponse<String> answer = plane.client.send(
                HttpRequest.newBuilder(URI.create(plane.url() + "/t/box/ok"))
                        .header("Culvert-Caller-Token", "forged")
                        .build(),
                BodyHandlers.ofString());

        assertRefused(answer, 401, "AUTH_TOKEN_INVALID", null);
    }

    @Test
    void refusesATokenWithoutTheScope() throws Exception {
        plane.tunnel("box");
        plane.callers.put("reader", TestingDataPlane.caller(Optional.empty(), Set.of(Scope.TUNNELS_READ)));

        HttpResponse<String> answer = plane.client.send(
                HttpRequest.newBuilder(URI.create(plane.url() + "/t/box/ok"))
                        .header("Authorization", "Bearer reader")
                        .build(),
                BodyHandlers.ofString());

        assertRefused(answer, 403, "FORBIDDEN", null);
    }

    @ParameterizedTest
    @CsvSource({"/, 404, NOT_FOUND", "/t, 404, NOT_FOUND", "/t//x, 404, NOT_FOUND", "/t/%zz/x, 404, NOT_FOUND"})
    void answersOtherPathsWith404(String path, int status, String code) throws Exception {
        assertThat(rawStatusAndBody(TestingDataPlane.get(path))).contains("HTTP/1.1 " + status, code);
    }

    @Test
    void answersALineThatIsTooLongWith414() throws Exception {
        assertThat(rawStatusAndBody(TestingDataPlane.get("/t/box/" + "x".repeat(17_000))))
                .contains("HTTP/1.1 414", "URI_TOO_LONG");
    }

    @Test
    void answersHeadersThatAreTooLargeWith431() throws Exception {
        assertThat(rawStatusAndBody("GET /t/box/ HTTP/1.1\r\nX-Big: " + "x".repeat(66_000) + "\r\n\r\n"))
                .contains("HTTP/1.1 431", "HEADERS_TOO_LARGE");
    }

    @Test
    void answersOtherMethodsAtTheAgentsDoorWith405() throws Exception {
        String get = TestingDataPlane.get("/tunnel/v1/connect?tunnel=box");

        assertThat(rawStatusAndBody(get.replaceFirst("GET", "POST")))
                .contains("HTTP/1.1 405", "METHOD_NOT_ALLOWED")
                .containsIgnoringCase("allow: GET");
    }

    @Test
    void answersWhatIsNotHttpWith400() throws Exception {
        assertThat(rawStatusAndBody("GET /t/box/ HTTP/1.1\r\nbad header : x\r\n\r\n"))
                .contains("HTTP/1.1 400", "VALIDATION_ERROR");
    }

    @Test
    void keepsTheConnectionAfterARefusal() throws Exception {
        plane.tunnel("box");
        plane.agent("box", origin.url());

        try (Socket socket = plane.connect()) {
            TestingDataPlane.send(socket, TestingDataPlane.get("/t/nobody/"));
            StreamedAnswersIT.readUntil(socket.getInputStream(), "\"TUNNEL_NOT_FOUND\"");
            TestingDataPlane.send(socket, TestingDataPlane.get("/t/box/ok"));

            assertThat(StreamedAnswersIT.readUntil(socket.getInputStream(), "\r\n\r\nok"))
                    .contains("200 OK");
        }
    }

    @Test
    void endsTheSessionsOfAStoppedTunnel() throws Exception {
        Resolution.Found box = plane.tunnel("box");
        var agent = plane.agent("box", origin.url());
        assertThat(get("/t/box/ok").statusCode()).isEqualTo(200);

        plane.tunnels.put("box", new Resolution.Stopped(box.tunnelId()));
        plane.admission.forget(box.tunnelId());
        plane.registry.close(box.tunnelId(), CloseReason.TUNNEL_STOPPED);

        assertThat(agent.end().get().reason()).isEqualTo(dev.culvert.agent.connect.AgentEnd.Reason.TUNNEL_STOPPED);
        assertRefused(get("/t/box/ok"), 503, "TUNNEL_STOPPED", "TUNNEL_NOT_AVAILABLE");
        await().until(() -> plane.registry.connections() == 0);
    }

    private HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return plane.client.send(plane.request(path).build(), BodyHandlers.ofString());
    }

    private String rawStatusAndBody(String request) throws IOException {
        try (Socket socket = plane.connect()) {
            TestingDataPlane.send(socket, request);
            socket.shutdownOutput();
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static int closedPort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    private static void assertRefused(HttpResponse<String> answer, int status, String code, String alias) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(answer.headers().firstValue("Content-Type")).contains("application/problem+json");
        JsonNode body = JsonMapper.builder().build().readTree(answer.body());
        assertThat(body.path("code").asString()).isEqualTo(code);
        assertThat(body.path("error").path("code").asString()).isEqualTo(code);
        assertThat(body.path("requestId").asString())
                .isEqualTo(answer.headers().firstValue("X-Correlation-ID").orElseThrow());
        if (alias != null) {
            assertThat(body.path("error").path("details").path("alias").asString())
                    .isEqualTo(alias);
        }
    }
}
