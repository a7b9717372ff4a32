package dev.culvert.tunnel.ingress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.awaitility.Awaitility.await;

import io.netty.channel.Channel;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Callers that mean harm lose their own connection; everybody else is served as before. */
@Timeout(60)
class HostileCallersIT {
    private static final byte[] PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final int HEADERS = 1;
    private static final int SETTINGS = 4;
    private static final int PING = 6;
    private static final int GOAWAY = 7;
    private static final int CONTINUATION = 9;
    private static final int ENHANCE_YOUR_CALM = 11;

    private static TestingDataPlane plane;
    private static RawOrigin origin;

    @BeforeAll
    static void start() throws Exception {
        plane = new TestingDataPlane();
        origin = new RawOrigin().on("/ok", call -> call.answer("200 OK", "ok"));
        plane.tunnel("box");
        plane.agent("box", origin.url());
    }

    @AfterAll
    static void stop() throws Exception {
        plane.close();
        origin.close();
    }

    @AfterEach
    void everybodyElseIsServedAsBefore() throws Exception {
        assertThat(plane.client
                        .send(plane.request("/t/box/ok").build(), BodyHandlers.ofString())
                        .body())
                .isEqualTo("ok");
        await().until(() -> plane.port.requests() == 0 && plane.port.reservedBytes() == 0);
    }

    /** CVE-2023-44487. */
    @Test
    void streamsThatAreResetAtOnceEndTheirConnection() throws Exception {
        try (Http2Peer peer = new Http2Peer()) {
            Channel connection = peer.connect(plane.port.port());
            try {
                for (int i = 0; i < 1000 && connection.isActive(); i++) {
                    Http2Peer.Stream stream = Http2Peer.open(connection);
                    stream.headers(
                            false,
                            ":method",
                            "GET",
                            ":scheme",
                            "http",
                            ":authority",
                            "data",
                            ":path",
                            "/t/box/ok",
                            "authorization",
                            "Bearer " + TestingDataPlane.TOKEN);
                    stream.cancel();
                }
            } catch (Exception e) { // it may end between a look at it and the next stream
                assertThat(e).isInstanceOf(ClosedChannelException.class);
            }

            await().atMost(Duration.ofSeconds(30)).until(() -> !connection.isActive());
        }
    }

    /** CVE-2024-27316 and its like. */
    @Test
    void headersThatNeverEndEndTheirConnection() throws Exception {
        try (Socket socket = plane.connect()) {
            OutputStream out = socket.getOutputStream();
            out.write(PREFACE);
            out.write(frame(SETTINGS, 0, 0, new byte[0]));
            out.write(frame(HEADERS, 0, 1, new byte[] {(byte) 0x82}));
            assertThat(flood(socket, frame(CONTINUATION, 0, 1, new byte[0]))).isEqualTo(ENHANCE_YOUR_CALM);
        }
    }

    /** Nobody reads the answers, so they pile up at the port until it has had enough. */
    @Test
    void aFloodOfPingsEndsItsConnection() throws Exception {
        try (Socket socket = plane.connect()) {
            OutputStream out = socket.getOutputStream();
            out.write(PREFACE);
            out.write(frame(SETTINGS, 0, 0, new byte[0]));
            byte[] ping = frame(PING, 0, 0, new byte[8]);
            ByteBuffer pings = ByteBuffer.allocate(1000 * ping.length);
            while (pings.hasRemaining()) {
                pings.put(ping);
            }

            assertThatIOException().isThrownBy(() -> {
                for (int i = 0; i < 5_000; i++) {
                    out.write(pings.array());
                }
            });
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Length: 4\r\nContent-Length: 40\r\n\r\n0123",
                "Content-Length: -4\r\n\r\n",
                "Content-Length: +4\r\n\r\n0123",
                "Content-Length: 4, 4x\r\n\r\n0123",
                "Transfer-Encoding: chunked\r\n\r\nzz\r\n0123\r\n0\r\n\r\n",
                "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
                "X-A: b\r\n\tfolded: c\r\n X : d\r\nbad header\r\n\r\n"
            })
    void aRequestOfDoubtfulLengthReachesNobody(String rest) throws Exception {
        int before = origin.connections.get();
        try (Socket socket = plane.connect()) {
            TestingDataPlane.send(
                    socket,
                    "POST /t/box/unseen HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer " + TestingDataPlane.TOKEN + "\r\n"
                            + rest + "GET /t/box/hidden HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer "
                            + TestingDataPlane.TOKEN + "\r\n\r\n");
            socket.shutdownOutput();
            String answers = new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);

            assertThat(answers).doesNotContain("no script for /hidden", "HTTP/1.1 200");
        } catch (IOException e) {
            assertThat(origin.connections.get())
                    .as("a reset before anything was sent")
                    .isEqualTo(before);
        }
    }

    /** Sends a frame again and again; the error that the connection is ended with. */
    private static int flood(Socket socket, byte[] frame) throws Exception {
        Thread sender = Thread.startVirtualThread(() -> {
            try {
                for (int i = 0; i < 2_000_000; i++) {
                    socket.getOutputStream().write(frame);
                }
            } catch (IOException e) {
                // The port has had enough.
            }
        });
        try {
            return goAwayOf(new DataInputStream(socket.getInputStream()));
        } finally {
            socket.close();
            sender.join();
        }
    }

    private static int goAwayOf(DataInputStream in) throws IOException {
        while (true) {
            int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
            int type = in.readUnsignedByte();
            in.skipNBytes(5);
            byte[] payload = in.readNBytes(length);
            if (type == GOAWAY) {
                return ByteBuffer.wrap(payload).getInt(4);
            }
        }
    }

    private static byte[] frame(int type, int flags, int stream, byte[] payload) {
        ByteArrayOutputStream frame = new ByteArrayOutputStream();
        frame.writeBytes(ByteBuffer.allocate(9)
                .put((byte) 0)
                .putShort((short) payload.length)
                .put((byte) type)
                .put((byte) flags)
                .putInt(stream)
                .array());
        frame.writeBytes(payload);
        return frame.toByteArray();
    }
}
