package dev.culvert.gateway.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import dev.culvert.contracts.http.HeaderNames;
import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.gateway.TestingGateway;
import dev.culvert.gateway.TestingService;
import dev.culvert.testing.ProblemAssert;
import dev.culvert.testing.TestCallers;
import dev.culvert.testing.TestingIssuer;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;
import reactor.netty.http.server.WebsocketServerSpec;

/** WebSockets through the gateway: the agents' way in, and upgrades on tunnel and proxy routes. */
class WebSocketIT {
    private static final int MIB = 1024 * 1024;

    private final TestingGateway gateway = TestingGateway.shared();

    @BeforeEach
    void answerWithAnEcho() {
        WebsocketServerSpec spec = WebsocketServerSpec.builder()
                .protocols("culvert.h2.v1")
                .maxFramePayloadLength(2 * MIB)
                .build();
        for (String path : new String[] {"/tunnel/v1/connect", "/t/app/ws", "/p/app/ws"}) {
            gateway.service()
                    .on(
                            path,
                            (_, response) -> response.sendWebsocket(
                                    (in, out) ->
                                            out.sendObject(in.receiveFrames().map(frame -> frame.retain())),
                                    spec));
        }
        gateway.service().forget();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/tunnel/v1/connect?tunnel=home", "/t/app/ws", "/p/app/ws"})
    void echoesOnEveryRoute(String path) throws Exception {
        Listener listener = new Listener();
        WebSocket socket = open(path, listener);

        socket.sendText("hello", true).join();

        await().untilAsserted(() -> assertThat(listener.text.toString()).isEqualTo("hello"));
        assertThat(socket.getSubprotocol()).isEqualTo("culvert.h2.v1");
        TestingService.Received handshake = gateway.service().next();
        assertThat(handshake.uri()).isEqualTo(path);
        assertThat(handshake.headers().getFirst(HeaderNames.CALLER_TOKEN)).startsWith("ey");
        assertThat(handshake.headers().get("Authorization")).isNull();
        socket.sendClose(4001, "done with it").join();
        assertThat(listener.closed.get(5, java.util.concurrent.TimeUnit.SECONDS))
                .isEqualTo(4001);
    }

    @Test
    void passesAMessageOfAMegabyteInOneFrame() throws Exception {
        Listener listener = new Listener();
        WebSocket socket = open("/t/app/ws", listener);
        byte[] message = new byte[MIB];
        Arrays.fill(message, (byte) 7);

        socket.sendBinary(ByteBuffer.wrap(message), true).join();

        await().atMost(Duration.ofSeconds(10))
                .untilAsserted(() -> assertThat(listener.bytes).isEqualTo(MIB));
        socket.abort();
    }

    @Test
    void endsTheServicesSideWhenTheClientBreaksOff() throws Exception {
        AtomicBoolean ended = new AtomicBoolean();
        gateway.service()
                .on(
                        "/t/app/ws",
                        (_, response) -> response.sendWebsocket(
                                (in, _) -> in.receiveFrames().then().doFinally(_ -> ended.set(true))));
        WebSocket socket = open("/t/app/ws", new Listener());

        socket.abort();

        await().atMost(Duration.ofSeconds(5)).untilTrue(ended);
    }

    /** Fault 26 of tunnels: a client that vanishes from a WebSocket that is idle for long is noticed by TCP or by nobody. */
    @Test
    @EnabledOnOs(value = OS.LINUX, disabledReason = "elsewhere no file tells of a connection's timers")
    void letsTcpAskAfterAClientThatSaysNothing() throws IOException {
        try (Socket socket = new Socket("127.0.0.1", gateway.port())) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream()
                    .write(handshake(
                            "/t/app/ws",
                            "Authorization: Bearer " + TestingIssuer.shared().token(TestCallers.user()) + "\r\n"));
            assertThat(readHead(socket.getInputStream())).startsWith("HTTP/1.1 101");
            String ends = "0100007F:%04X 0100007F:%04X".formatted(gateway.port(), socket.getLocalPort());

            // The sixth column: 02 is the timer of keep-alive, 01 and 04 are of what was sent and not confirmed.
            await().untilAsserted(() -> assertThat(Files.readAllLines(Path.of("/proc/net/tcp")))
                    .filteredOn(line -> line.contains(ends))
                    .singleElement()
                    .asString()
                    .containsPattern(" 02:[0-9A-F]{8} "));
        }
    }

    @Test
    void endsTheClientsSideWhenTheServiceBreaksOff() throws Exception {
        gateway.service()
                .on(
                        "/t/app/ws",
                        (_, response) -> response.sendWebsocket((in, _) -> {
                            in.withConnection(connection -> connection
                                    .channel()
                                    .eventLoop()
                                    .schedule(
                                            () -> connection.channel().close(),
                                            200,
                                            java.util.concurrent.TimeUnit.MILLISECONDS));
                            return Mono.never();
                        }));
        Listener listener = new Listener();

        open("/t/app/ws", listener);

        assertThat(CompletableFuture.anyOf(listener.failed, listener.closed)).succeedsWithin(Duration.ofSeconds(5));
    }

    @Test
    void passesTheServicesRefusalWithItsBody() {
        gateway.service()
                .on(
                        "/tunnel/v1/connect",
                        (_, response) -> response.status(404)
                                .header("Content-Type", "application/problem+json")
                                .sendString(Mono.just("{\"code\":\"TUNNEL_001\"}")));

        Throwable refusal = catchThrowable(() -> open("/tunnel/v1/connect?tunnel=nobody", new Listener()));

        assertThat(refusal.getCause()).isInstanceOfSatisfying(WebSocketHandshakeException.class, handshake -> {
            HttpResponse<?> response = handshake.getResponse();
            assertThat(response.statusCode()).isEqualTo(404);
            assertThat(response.headers().firstValue("X-Correlation-ID")).isPresent();
        });
    }

    @Test
    void refusesTheHandshakeItselfInTheCommonBody() throws IOException {
        String anonymous = rawHandshake("/p/app/ws", "");
        assertThat(anonymous).startsWith("HTTP/1.1 401");
        ProblemAssert.assertThat(401, "application/problem+json", bodyOf(anonymous))
                .isProblem(ProblemCode.AUTH_TOKEN_MISSING);

        try (TestingService stopped = TestingService.start();
                TestingGateway own = TestingGateway.start(
                        gateway.service(), "TUNNEL_DATA_URL", stopped.uri().toString())) {
            stopped.stop();
            String unreachable = rawHandshake(
                    own,
                    "/t/app/ws",
                    "Authorization: Bearer " + TestingIssuer.shared().token(TestCallers.user()) + "\r\n");
            ProblemAssert.assertThat(503, "application/problem+json", bodyOf(unreachable))
                    .isProblem(ProblemCode.SERVICE_UNAVAILABLE);
        }
    }

    private WebSocket open(String path, WebSocket.Listener listener) throws Exception {
        return HttpClient.newHttpClient()
                .newWebSocketBuilder()
                .header("Authorization", "Bearer " + TestingIssuer.shared().token(TestCallers.user()))
                .subprotocols("culvert.h2.v1")
                .buildAsync(URI.create("ws://127.0.0.1:" + gateway.port() + path), listener)
                .get(10, java.util.concurrent.TimeUnit.SECONDS);
    }

    private String rawHandshake(String path, String headers) throws IOException {
        return rawHandshake(gateway, path, headers);
    }

    private static String rawHandshake(TestingGateway to, String path, String headers) throws IOException {
        try (Socket socket = new Socket("127.0.0.1", to.port())) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write(handshake(path, headers));
            return readAnswer(socket.getInputStream());
        }
    }

    private static byte[] handshake(String path, String headers) {
        return ("GET " + path + " HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                        + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                        + headers + "\r\n")
                .getBytes(StandardCharsets.US_ASCII);
    }

    private static String readHead(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            head.append((char) in.read());
        }
        return head.toString();
    }

    /** Head and, by its Content-Length, body of an answer on a connection that stays open. */
    private static String readAnswer(InputStream in) throws IOException {
        String answer = readHead(in);
        String length = answer.lines()
                .filter(line -> line.toLowerCase(java.util.Locale.ROOT).startsWith("content-length:"))
                .map(line -> line.substring(15).strip())
                .findFirst()
                .orElseThrow();
        return answer + new String(in.readNBytes(Integer.parseInt(length)), StandardCharsets.UTF_8);
    }

    private static String bodyOf(String answer) {
        return answer.substring(answer.indexOf("\r\n\r\n") + 4);
    }

    private static final class Listener implements WebSocket.Listener {
        private final StringBuffer text = new StringBuffer();
        private final CompletableFuture<Integer> closed = new CompletableFuture<>();
        private final CompletableFuture<Boolean> failed = new CompletableFuture<>();
        private volatile int bytes;

        @Override
        public CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
            text.append(data);
            socket.request(1);
            return null;
        }

        @Override
        public CompletionStage<?> onBinary(WebSocket socket, ByteBuffer data, boolean last) {
            bytes += data.remaining();
            socket.request(1);
            return null;
        }

        @Override
        public CompletionStage<?> onClose(WebSocket socket, int status, String reason) {
            closed.complete(status);
            return null;
        }

        @Override
        public void onError(WebSocket socket, Throwable error) {
            failed.complete(true);
        }
    }
}
