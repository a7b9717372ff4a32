package dev.culvert.tunnel.ingress;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Base64;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** WebSockets pass the tunnel with messages and close codes as they are (requirement R4.1d). */
class WebSocketsIT {
    private static final int CLOSE = 8;
    private static final int PING = 9;
    private static final int PONG = 10;

    private static TestingDataPlane plane;
    private static RawOrigin origin;
    private static final ConcurrentHashMap<String, CompletableFuture<String>> ends = new ConcurrentHashMap<>();

    @BeforeAll
    static void start() throws Exception {
        ends.clear();
        plane = new TestingDataPlane();
        origin = new RawOrigin();
        plane.tunnel("box");
        plane.agent("box", origin.url());
        origin.on("/echo", WebSocketsIT::echo);
        origin.on("/no", call -> call.answer("403 Forbidden", "not here"));
    }

    @AfterAll
    static void stop() throws Exception {
        plane.close();
        origin.close();
    }

    /** P2.9.9. */
    @Test
    void echoesText() throws Exception {
        Listener listener = new Listener();
        WebSocket socket = connect("/t/box/echo", listener);

        socket.sendText("hello", true);

        assertThat(listener.texts.poll(30, TimeUnit.SECONDS)).isEqualTo("hello");
        socket.abort();
    }

    /** Silence ends no WebSocket, however often the tunnel would have lost patience with an answer meanwhile. */
    @Test
    void staysOpenForLongerThanTheTunnelWaitsForAnswers() throws Exception {
        origin.on("/silent", call -> {
            call.awaitClosedByPeer();
            call.closes = true;
        });
        plane.tunnel("brief", 10, Duration.ofMillis(300));
        plane.agent("brief", origin.url());
        Listener listener = new Listener();
        WebSocket socket = connect("/t/brief/echo", listener);

        for (int i = 0; i < 4; i++) {
            assertThat(plane.client
                            .send(plane.request("/t/brief/silent").build(), HttpResponse.BodyHandlers.discarding())
                            .statusCode())
                    .isEqualTo(504);
        }

        socket.sendText("still here", true);
        assertThat(listener.texts.poll(10, TimeUnit.SECONDS)).isEqualTo("still here");
        socket.abort();
    }

    @Test
    void echoesAMegabyteOfBytes() throws Exception {
        Listener listener = new Listener();
        WebSocket socket = connect("/t/box/echo", listener);
        byte[] sent = new byte[1024 * 1024];
        new Random(3).nextBytes(sent);

        socket.sendBinary(ByteBuffer.wrap(sent), true).get(30, TimeUnit.SECONDS);

        assertThat(listener.binaries.poll(30, TimeUnit.SECONDS)).isEqualTo(sent);
        socket.abort();
    }

    @Test
    void passesPings() throws Exception {
        Listener listener = new Listener();
        WebSocket socket = connect("/t/box/echo", listener);

        socket.sendPing(ByteBuffer.wrap("p".getBytes(StandardCharsets.US_ASCII)));

        assertThat(listener.pongs.poll(30, TimeUnit.SECONDS)).isEqualTo("p");
        socket.abort();
    }

    @Test
    void keepsAMessageInFragmentsWhole() throws Exception {
        Listener listener = new Listener();
        WebSocket socket = connect("/t/box/echo", listener);

        socket.sendText("one, ", false).get(30, TimeUnit.SECONDS);
        socket.sendPing(ByteBuffer.wrap("between".getBytes(StandardCharsets.US_ASCII)))
                .get(30, TimeUnit.SECONDS);
        socket.sendText("two", true).get(30, TimeUnit.SECONDS);

        assertThat(listener.texts.poll(30, TimeUnit.SECONDS)).isEqualTo("one, two");
        assertThat(listener.pongs.poll(30, TimeUnit.SECONDS)).isEqualTo("between");
        socket.abort();
    }

    @Test
    void passesEachOfAFloodOfPings() throws Exception {
        Listener listener = new Listener();
        WebSocket socket = connect("/t/box/echo", listener);

        for (int i = 0; i < 2000; i++) {
            socket.sendPing(ByteBuffer.wrap(Integer.toString(i).getBytes(StandardCharsets.US_ASCII)))
                    .get(30, TimeUnit.SECONDS);
        }

        for (int i = 0; i < 2000; i++) {
            assertThat(listener.pongs.poll(30, TimeUnit.SECONDS)).isEqualTo(Integer.toString(i));
        }
        socket.abort();
    }

    @Test
    void keepsTheSubprotocol() throws Exception {
        WebSocket socket = plane.client
                .newWebSocketBuilder()
                .header("Authorization", "Bearer " + TestingDataPlane.TOKEN)
                .subprotocols("chat.v1")
                .buildAsync(URI.create(plane.url().replace("http", "ws") + "/t/box/echo"), new Listener())
                .get(30, TimeUnit.SECONDS);

        assertThat(socket.getSubprotocol()).isEqualTo("chat.v1");
        socket.abort();
    }

    @Test
    void keepsTheCloseCodeInBothDirections() throws Exception {
        Listener listener = new Listener();
        WebSocket socket = connect("/t/box/echo?closing", listener);

        socket.sendClose(4321, "enough");

        assertThat(end("/echo?closing")).isEqualTo("close 4321 enough");
        assertThat(listener.closed.get(30, TimeUnit.SECONDS)).isEqualTo(4321);
    }

    @Test
    void tellsTheLocalServiceWhenTheCallerIsGone() throws Exception {
        Listener listener = new Listener();
        WebSocket socket = connect("/t/box/echo?leaving", listener);
        socket.sendText("hello", true);
        assertThat(listener.texts.poll(30, TimeUnit.SECONDS)).isEqualTo("hello");

        socket.abort();

        assertThat(end("/echo?leaving")).isEqualTo("gone");
    }

    @Test
    void passesTheAnswerOfALocalServiceThatRefuses() {
        CompletableFuture<WebSocket> connecting = plane.client
                .newWebSocketBuilder()
                .header("Authorization", "Bearer " + TestingDataPlane.TOKEN)
                .buildAsync(URI.create(plane.url().replace("http", "ws") + "/t/box/no"), new Listener());

        assertThat(connecting)
                .failsWithin(30, TimeUnit.SECONDS)
                .withThrowableOfType(ExecutionException.class)
                .havingCause()
                .isInstanceOfSatisfying(
                        WebSocketHandshakeException.class,
                        refused ->
                                assertThat(refused.getResponse().statusCode()).isEqualTo(403));
    }

    private static WebSocket connect(String path, Listener listener) throws Exception {
        return plane.client
                .newWebSocketBuilder()
                .header("Authorization", "Bearer " + TestingDataPlane.TOKEN)
                .buildAsync(URI.create(plane.url().replace("http", "ws") + path), listener)
                .get(30, TimeUnit.SECONDS);
    }

    private static void ended(RawOrigin.Call call, String how) {
        ends.computeIfAbsent(call.target, _ -> new CompletableFuture<>()).complete(how);
    }

    private static String end(String target) throws Exception {
        return ends.computeIfAbsent(target, _ -> new CompletableFuture<>()).get(30, TimeUnit.SECONDS);
    }

    /** A WebSocket server of a few lines: sends every frame back. */
    static void echo(RawOrigin.Call call) throws Exception {
        call.closes = true;
        String accept = Base64.getEncoder()
                .encodeToString(MessageDigest.getInstance("SHA-1")
                        .digest((call.header("sec-websocket-key") + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")
                                .getBytes(StandardCharsets.US_ASCII)));
        String protocol = call.header("sec-websocket-protocol");
        call.write("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                + "Sec-WebSocket-Accept: " + accept + "\r\n"
                + (protocol == null ? "" : "Sec-WebSocket-Protocol: " + protocol + "\r\n") + "\r\n");
        DataInputStream in = new DataInputStream(call.in);
        try {
            while (true) {
                int first = in.readUnsignedByte();
                byte[] payload = payload(in);
                int opcode = first & 0x0f;
                call.out.write(frame(opcode == PING ? (first & 0xf0) | PONG : first, payload));
                call.out.flush();
                if (opcode == CLOSE) {
                    int code = ByteBuffer.wrap(payload).getShort() & 0xffff;
                    ended(
                            call,
                            "close " + code + " " + new String(payload, 2, payload.length - 2, StandardCharsets.UTF_8));
                    return;
                }
            }
        } catch (IOException e) {
            ended(call, "gone");
        }
    }

    private static byte[] payload(DataInputStream in) throws IOException {
        int length = in.readUnsignedByte() & 0x7f;
        if (length == 126) {
            length = in.readUnsignedShort();
        } else if (length == 127) {
            length = (int) in.readLong();
        }
        byte[] mask = in.readNBytes(4);
        byte[] payload = in.readNBytes(length);
        for (int i = 0; i < payload.length; i++) {
            payload[i] ^= mask[i % 4];
        }
        return payload;
    }

    private static byte[] frame(int first, byte[] payload) {
        ByteArrayOutputStream frame = new ByteArrayOutputStream();
        frame.write(first);
        if (payload.length < 126) {
            frame.write(payload.length);
        } else if (payload.length < 65_536) {
            frame.write(126);
            frame.writeBytes(
                    ByteBuffer.allocate(2).putShort((short) payload.length).array());
        } else {
            frame.write(127);
            frame.writeBytes(ByteBuffer.allocate(8).putLong(payload.length).array());
        }
        frame.writeBytes(payload);
        return frame.toByteArray();
    }

    private static final class Listener implements WebSocket.Listener {
        final LinkedBlockingQueue<String> texts = new LinkedBlockingQueue<>();
        final LinkedBlockingQueue<byte[]> binaries = new LinkedBlockingQueue<>();
        final LinkedBlockingQueue<String> pongs = new LinkedBlockingQueue<>();
        final CompletableFuture<Integer> closed = new CompletableFuture<>();
        private final StringBuilder text = new StringBuilder();
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

        @Override
        public CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
            text.append(data);
            if (last) {
                texts.add(text.toString());
                text.setLength(0);
            }
            socket.request(1);
            return null;
        }

        @Override
        public CompletionStage<?> onBinary(WebSocket socket, ByteBuffer data, boolean last) {
            byte[] part = new byte[data.remaining()];
            data.get(part);
            bytes.writeBytes(part);
            if (last) {
                binaries.add(bytes.toByteArray());
                bytes.reset();
            }
            socket.request(1);
            return null;
        }

        @Override
        public CompletionStage<?> onPong(WebSocket socket, ByteBuffer message) {
            pongs.add(StandardCharsets.US_ASCII.decode(message).toString());
            socket.request(1);
            return null;
        }

        @Override
        public CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
            closed.complete(code);
            return null;
        }
    }
}
