package dev.culvert.platform.outbound;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.culvert.platform.problem.ProblemException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.util.unit.DataSize;

/** Calls to user-chosen addresses stay bounded whatever the other side does: R10.1, R10.2 (limit per try). */
class OutboundHttpClientTest {
    private static final int MAX_RESPONSE = 1024;
    private static final Duration TIMEOUT = Duration.ofSeconds(2);

    private final CountDownLatch finished = new CountDownLatch(1);
    private final AtomicInteger hits = new AtomicInteger();
    private HttpServer server;
    private OutboundHttpClient client;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext(
                "/echo",
                exchange -> answer(exchange, 200, exchange.getRequestBody().readAllBytes()));
        server.createContext(
                "/header",
                exchange -> answer(
                        exchange,
                        418,
                        String.valueOf(exchange.getRequestHeaders().get("Webhook-Id"))
                                .getBytes(StandardCharsets.UTF_8)));
        server.createContext("/redirect", exchange -> {
            exchange.getResponseHeaders().set("Location", "/echo");
            exchange.getResponseHeaders().set("Set-Cookie", "a=b");
            answer(exchange, 302, new byte[0]);
        });
        server.createContext(
                "/cookie",
                exchange -> answer(
                        exchange,
                        200,
                        String.valueOf(exchange.getRequestHeaders().get("Cookie"))
                                .getBytes(StandardCharsets.UTF_8)));
        server.createContext("/endless", exchange -> {
            exchange.sendResponseHeaders(200, 0);
            try (var body = exchange.getResponseBody()) {
                while (finished.getCount() > 0) {
                    body.write(new byte[8192]);
                }
            }
        });
        server.createContext("/trickle", exchange -> {
            exchange.sendResponseHeaders(200, 0);
            try (var body = exchange.getResponseBody()) {
                while (!await(100)) {
                    body.write('.');
                    body.flush();
                }
            }
        });
        server.createContext("/silent", _ -> await(30_000));
        server.start();
        client = client("127.0.0.1:" + port());
    }

    @AfterEach
    void stop() throws IOException {
        finished.countDown();
        client.close();
        server.stop(0);
    }

    @Test
    void sendsExactlyTheseBytes() throws IOException {
        OutboundResponse response =
                client.send(request("POST", url("/echo"), Map.of("Content-Type", "application/json"), "{\"a\": 1}"));

        assertThat(response.status()).isEqualTo(200);
        assertThat(text(response)).isEqualTo("{\"a\": 1}");
    }

    @Test
    void answersWithAnyStatus() throws IOException {
        OutboundResponse response = client.send(request("GET", url("/header"), Map.of("webhook-id", "m1"), ""));

        assertThat(response.status()).isEqualTo(418);
        assertThat(text(response)).isEqualTo("[m1]");
    }

    @Test
    void followsNoRedirectAndKeepsNoCookie() throws IOException {
        OutboundResponse response = client.send(get(url("/redirect")));

        assertThat(response.status()).isEqualTo(302);
        assertThat(response.header("location")).contains("/echo");
        assertThat(hits).hasValue(1);
        assertThat(text(client.send(get(url("/cookie"))))).isEqualTo("null");
    }

    @Test
    void cutsEndlessAnswersOff() throws IOException {
        OutboundResponse response = client.send(get(url("/endless")));

        assertThat(response.body()).hasSize(MAX_RESPONSE);
    }

    @Test
    void endsAtTheDeadlineThoughBytesKeepComing() {
        for (String path : List.of("/trickle", "/silent")) {
            long started = System.nanoTime();

            assertFails(client, url(path), InterruptedIOException.class);

            assertThat(Duration.ofNanos(System.nanoTime() - started)).isLessThan(Duration.ofSeconds(20));
        }
    }

    @Test
    void connectsToNothingThatIsNotPublic() throws IOException {
        try (var guarded = client("10.0.0.0/8")) {
            assertFails(guarded, url("/echo"), RefusedAddressException.class);
            assertFails(
                    guarded, OutboundUrl.parse("http://localhost:" + port() + "/echo"), RefusedAddressException.class);
        }
        assertThat(hits).hasValue(0);
    }

    @Test
    void tellsWhyThereIsNoAnswer() {
        int port = port();
        assertFails(client, OutboundUrl.parse("http://nowhere.invalid"), UnknownHostException.class);
        server.stop(0);
        assertFails(client, url("/echo", port), ConnectException.class);
    }

    @Test
    void keepsNoConnectionOfACallThatFailed() throws IOException {
        try (var guarded = client("10.0.0.0/8")) {
            for (int i = 0; i < 20; i++) {
                assertFails(guarded, url("/echo"), RefusedAddressException.class);
            }
        }
        for (int i = 0; i < 10; i++) {
            assertThat(client.send(get(url("/endless"))).status()).isEqualTo(200);
        }
        assertThat(client.send(get(url("/echo"))).status()).isEqualTo(200);
    }

    @Test
    void readsOnlyPlainAddresses() {
        for (String text : List.of(
                "",
                "example.com",
                "ftp://example.com",
                "http://",
                "https://user:pw@example.com",
                "https://example.com/#a",
                "https://example.com:0",
                "https://example.com:70000",
                "https://exa mple.com",
                "javascript:alert(1)",
                "https://example.com/" + "a".repeat(2048))) {
            assertThatExceptionOfType(ProblemException.class).as(text).isThrownBy(() -> OutboundUrl.parse(text));
        }
        assertThat(OutboundUrl.parse("HTTPS://Example.com/a?b=c").port()).isEqualTo(443);
        assertThat(OutboundUrl.parse("http://[::1]:8080/").host()).isEqualTo("::1");
    }

    private static void assertFails(OutboundHttpClient client, OutboundUrl url, Class<? extends Exception> how) {
        assertThatExceptionOfType(how).isThrownBy(() -> client.send(get(url)));
    }

    private static OutboundHttpClient client(String allowed) {
        var properties = new OutboundProperties(
                List.of(allowed), Duration.ofSeconds(1), TIMEOUT, DataSize.ofBytes(MAX_RESPONSE), 2);
        return new OutboundHttpClient(new AddressGuard(properties.allowed()), properties);
    }

    private static OutboundRequest get(OutboundUrl url) {
        return request("GET", url, Map.of(), "");
    }

    private static OutboundRequest request(String method, OutboundUrl url, Map<String, String> headers, String body) {
        return new OutboundRequest(method, url, headers, body.getBytes(StandardCharsets.UTF_8), TIMEOUT);
    }

    private static String text(OutboundResponse response) {
        return new String(response.body(), StandardCharsets.UTF_8);
    }

    private int port() {
        return server.getAddress().getPort();
    }

    private OutboundUrl url(String path) {
        return url(path, port());
    }

    private static OutboundUrl url(String path, int port) {
        return OutboundUrl.parse("http://127.0.0.1:" + port + path);
    }

    private boolean await(long millis) {
        try {
            return finished.await(millis, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    private void answer(HttpExchange exchange, int status, byte[] body) throws IOException {
        hits.incrementAndGet();
        exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }
}
