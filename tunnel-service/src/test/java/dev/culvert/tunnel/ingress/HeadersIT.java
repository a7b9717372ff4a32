package dev.culvert.tunnel.ingress;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What belongs to one hop, to us, or to the caller alone does not travel (requirement R4.1d). */
class HeadersIT {
    private static TestingDataPlane plane;
    private static RawOrigin origin;
    private static final LinkedBlockingQueue<Map<String, List<String>>> seen = new LinkedBlockingQueue<>();
    private static final LinkedBlockingQueue<String> targets = new LinkedBlockingQueue<>();

    @BeforeAll
    static void start() throws Exception {
        plane = new TestingDataPlane();
        origin = new RawOrigin();
        plane.tunnel("box");
        plane.tunnel("my box");
        plane.agent("box", origin.url());
        plane.agent("my box", origin.url());
        origin.on("/see", call -> {
            seen.add(call.headers);
            targets.add(call.target);
            call.body();
            call.answer("200 OK", "ok");
        });
    }

    @AfterAll
    static void stop() throws Exception {
        plane.close();
        origin.close();
    }

    @BeforeEach
    void forget() {
        seen.clear();
        targets.clear();
    }

    @Test
    void rewritesHostAndTellsWhereARequestCameFrom() throws Exception {
        exchange("GET /t/box/see HTTP/1.1\r\nHost: gateway.example\r\nAuthorization: Bearer test-token\r\n"
                + "X-Forwarded-For: 203.0.113.9\r\nX-Forwarded-Proto: https\r\n\r\n");

        Map<String, List<String>> headers = seen.poll(30, TimeUnit.SECONDS);
        assertThat(headers).containsEntry("host", List.of("127.0.0.1:" + origin.port()));
        assertThat(headers).containsEntry("x-forwarded-for", List.of("203.0.113.9, 127.0.0.1"));
        assertThat(headers).containsEntry("x-forwarded-proto", List.of("https"));
        assertThat(headers).containsEntry("x-forwarded-host", List.of("gateway.example"));
        assertThat(headers).containsEntry("x-forwarded-prefix", List.of("/t/box"));
        assertThat(headers).containsEntry("via", List.of("1.1 culvert"));
        assertThat(headers).containsKey("x-correlation-id");
    }

    @Test
    void keepsTheCallersCredentialsToItself() throws Exception {
        exchange("GET /t/box/see HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer test-token\r\n"
                + "X-API-Key: cvt_live_abcdefgh\r\nCulvert-Anything: x\r\n\r\n");

        assertThat(seen.poll(30, TimeUnit.SECONDS))
                .doesNotContainKeys("authorization", "x-api-key", "culvert-anything", "culvert-caller-token");
    }

    @Test
    void leavesAuthorizationToTheLocalServiceWhenTheGatewaySpeaksForTheCaller() throws Exception {
        exchange("GET /t/box/see HTTP/1.1\r\nHost: a\r\nCulvert-Caller-Token: test-token\r\n"
                + "Authorization: Bearer of-the-local-service\r\nX-API-Key: its-own-key\r\n\r\n");

        Map<String, List<String>> headers = seen.poll(30, TimeUnit.SECONDS);
        assertThat(headers).containsEntry("authorization", List.of("Bearer of-the-local-service"));
        assertThat(headers).containsEntry("x-api-key", List.of("its-own-key"));
        assertThat(headers).doesNotContainKey("culvert-caller-token");
    }

    @Test
    void takesOffWhatBelongsToOneHop() throws Exception {
        exchange("GET /t/box/see HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer test-token\r\n"
                + "Connection: keep-alive, X-Hop, X-Forwarded-Prefix\r\nX-Hop: 1\r\nKeep-Alive: timeout=5\r\n"
                + "Proxy-Authorization: Basic eA==\r\nTE: trailers, deflate\r\nX-Kept: 1\r\n\r\n");

        Map<String, List<String>> headers = seen.poll(30, TimeUnit.SECONDS);
        assertThat(headers).doesNotContainKeys("x-hop", "keep-alive", "proxy-authorization", "proxy-connection");
        assertThat(headers).containsEntry("te", List.of("trailers"));
        assertThat(headers).containsEntry("x-kept", List.of("1"));
        // A caller cannot have our own fields taken away by naming them.
        assertThat(headers).containsEntry("x-forwarded-prefix", List.of("/t/box"));
    }

    @Test
    void takesOffWhatALocalServiceMayNotSay() throws Exception {
        origin.on(
                "/answer",
                call -> call.answer(
                        "200 OK",
                        "ok",
                        "Connection: X-Hop",
                        "X-Hop: 1",
                        "Culvert-Failure: unreachable",
                        "Keep-Alive: timeout=1",
                        "Set-Cookie: a=1",
                        "Set-Cookie: b=2"));

        String answer = exchange(TestingDataPlane.get("/t/box/answer"));

        assertThat(RawOrigin.lower(answer))
                .startsWith("http/1.1 200 ok")
                .contains("set-cookie: a=1", "set-cookie: b=2", "via: 1.1 culvert")
                .doesNotContain("x-hop", "culvert-failure", "keep-alive");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/see?x=%2e%2e/%2F&y=a+b", "/see?", "/see?q=%00%0d%0a"})
    void neverTouchesPathOrQuery(String target) throws Exception {
        exchange(TestingDataPlane.get("/t/box" + target));

        assertThat(targets.poll(30, TimeUnit.SECONDS)).isEqualTo(target);
    }

    @Test
    void keepsEveryPathAtTheTarget() throws Exception {
        for (String path :
                List.of("//evil.example/", "/../../etc", "/http://evil.example/", "/;@evil.example", "/%2e%2e/x")) {
            String answer = exchange(TestingDataPlane.get("/t/box" + path));

            // The one origin there is answered, for the path as it was sent.
            assertThat(answer).contains("no script for " + path);
        }
    }

    @Test
    void findsATunnelByItsDecodedName() throws Exception {
        assertThat(exchange(TestingDataPlane.get("/t/my%20box/see"))).endsWith("ok");
    }

    @Test
    void keepsTheCorrelationIdOfTheCaller() throws Exception {
        String answer = exchange(
                TestingDataPlane.get("/t/box/see").replace("\r\n\r\n", "\r\nX-Correlation-ID: abc-123\r\n\r\n"));

        assertThat(seen.poll(30, TimeUnit.SECONDS)).containsEntry("x-correlation-id", List.of("abc-123"));
        assertThat(RawOrigin.lower(answer)).contains("x-correlation-id: abc-123");
    }

    private static String exchange(String request) throws Exception {
        try (Socket socket = plane.connect()) {
            TestingDataPlane.send(socket, request.replaceFirst("\r\n", "\r\nX-Test: 1\r\n"));
            InputStream in = socket.getInputStream();
            String head = StreamedAnswersIT.readUntil(in, "\r\n\r\n");
            int length = Integer.parseInt(RawOrigin.lower(head).replaceFirst("(?s).*content-length: (\\d+).*", "$1"));
            return head + new String(in.readNBytes(length), StandardCharsets.UTF_8);
        }
    }
}
