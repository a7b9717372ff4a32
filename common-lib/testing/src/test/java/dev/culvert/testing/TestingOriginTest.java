package dev.culvert.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class TestingOriginTest {
    private final TestingOrigin origin = TestingOrigin.start();
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @AfterEach
    void close() {
        client.shutdownNow();
        origin.close();
    }

    @Test
    void answersAndRemembersRequests() throws Exception {
        origin.on("/hello", exchange -> exchange.respond(201, "text/plain", "hello " + exchange.bodyText()));

        HttpResponse<String> first = post("/hello?x=1", BodyPublishers.ofString("you"));
        HttpResponse<String> second = post("/hello", BodyPublishers.ofString("again"));

        assertThat(first.statusCode()).isEqualTo(201);
        assertThat(first.body()).isEqualTo("hello you");
        assertThat(second.body()).isEqualTo("hello again");
        assertThat(origin.requests()).extracting(TestingOrigin.Request::target).containsExactly("/hello?x=1", "/hello");
        assertThat(origin.openConnections()).as("kept alive").isEqualTo(1);
    }

    @Test
    void readsChunkedUploads() throws Exception {
        byte[] sent = new byte[300_000];
        new Random(7).nextBytes(sent);
        CompletableFuture<byte[]> received = new CompletableFuture<>();
        origin.on("/up", exchange -> {
            received.complete(exchange.body().readAllBytes());
            exchange.respond(200, "text/plain", "ok");
        });

        post("/up", BodyPublishers.ofInputStream(() -> new java.io.ByteArrayInputStream(sent)));

        assertThat(received.join()).isEqualTo(sent);
    }

    @Test
    void streamsWhenTheTestSaysSo() throws Exception {
        CountDownLatch secondMayLeave = new CountDownLatch(1);
        origin.on("/stream", exchange -> {
            try (OriginExchange.Chunks answer = exchange.stream(200, "text/event-stream")) {
                answer.send("data: one\n\n");
                secondMayLeave.await();
                answer.send("data: two\n\n");
            }
        });

        try (InputStream body = get("/stream", BodyHandlers.ofInputStream()).body()) {
            assertThat(body.readNBytes(11)).asString().isEqualTo("data: one\n\n");
            secondMayLeave.countDown();
            assertThat(body.readAllBytes()).asString().isEqualTo("data: two\n\n");
        }
    }

    @Test
    void seesThatTheClientWentAway() throws Exception {
        CompletableFuture<Boolean> gone = new CompletableFuture<>();
        origin.on("/stream", exchange -> {
            exchange.stream(200, "text/plain").send("first");
            gone.complete(exchange.awaitClientGone(Duration.ofSeconds(10)));
        });

        InputStream body = get("/stream", BodyHandlers.ofInputStream()).body();
        body.readNBytes(5);
        body.close();

        assertThat(gone.get(30, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void echoesWebSocketMessages() throws Exception {
        origin.onWebSocket("/echo", socket -> {
            var message = socket.receive();
            while (message.isPresent()) {
                socket.send("echo " + message.get().text());
                message = socket.receive();
            }
        });
        CompletableFuture<String> answer = new CompletableFuture<>();
        CompletableFuture<Integer> closed = new CompletableFuture<>();
        URI address = URI.create("ws://127.0.0.1:" + origin.port() + "/echo");

        WebSocket socket = client.newWebSocketBuilder()
                .subprotocols("test.v1")
                .buildAsync(address, new WebSocket.Listener() {
                    @Override
                    public CompletionStage<?> onText(WebSocket webSocket, CharSequence data, boolean last) {
                        answer.complete(data.toString());
                        webSocket.request(1);
                        return CompletableFuture.completedFuture(null);
                    }

                    @Override
                    public CompletionStage<?> onClose(WebSocket webSocket, int status, String reason) {
                        closed.complete(status);
                        return CompletableFuture.completedFuture(null);
                    }
                })
                .join();
        String large = "x".repeat(70_000);
        socket.sendText(large, true).join();

        assertThat(answer.get(30, TimeUnit.SECONDS)).startsWith("echo x");
        assertThat(socket.getSubprotocol()).isEqualTo("test.v1");
        socket.sendClose(1000, "").join();
        assertThat(closed.get(30, TimeUnit.SECONDS)).isEqualTo(1000);
    }

    private HttpResponse<String> post(String path, HttpRequest.BodyPublisher body) throws Exception {
        return client.send(
                HttpRequest.newBuilder(origin.uri(path)).POST(body).build(),
                BodyHandlers.ofString(StandardCharsets.UTF_8));
    }

    private <T> HttpResponse<T> get(String path, HttpResponse.BodyHandler<T> handler) throws Exception {
        return client.send(HttpRequest.newBuilder(origin.uri(path)).build(), handler);
    }
}
