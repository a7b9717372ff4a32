package dev.culvert.tunnel.ingress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.culvert.tunnel.session.SessionEvent;
import dev.culvert.tunnel.session.TunnelDirectory.Resolution;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.DefaultHttp2PingFrame;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2StreamChannel;
import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Random;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Failure 24 of the list, from the other side: an agent that means harm loses its own connection, and nobody else notices. */
@SuppressWarnings("FutureReturnValueIgnored") // what becomes of its writes is not its concern
class HostileAgentIT {
    private TestingDataPlane plane;
    private RawOrigin origin;
    private Resolution.Found bad;

    @BeforeEach
    void start() throws Exception {
        plane = new TestingDataPlane();
        origin = new RawOrigin().on("/ok", call -> call.answer("200 OK", "ok"));
        plane.tunnel("good");
        plane.agent("good", origin.url());
        bad = plane.tunnel("bad");
    }

    @AfterEach
    void stop() throws Exception {
        plane.close();
        origin.close();
    }

    @Test
    void thatSendsEmptyFramesWithoutEndLosesItsConnection() throws Exception {
        endsTheConnectionOf((stream, _) -> {
            int id = ((Http2StreamChannel) stream.channel()).stream().id();
            ByteBuf empty = Unpooled.buffer();
            for (int i = 0; i < 100; i++) {
                // DATA without a byte (RFC 9113 §6.1), past the codec, which would make one of them all.
                empty.writeMedium(0).writeByte(0).writeByte(0).writeInt(id);
            }
            stream.writeAndFlush(new DefaultHttp2HeadersFrame(new DefaultHttp2Headers().status("200"), false))
                    .addListener(_ -> below(stream).writeAndFlush(new BinaryWebSocketFrame(empty)));
        });
    }

    @Test
    void thatSpeaksNonsenseLosesItsConnection() throws Exception {
        endsTheConnectionOf((stream, _) -> {
            byte[] nonsense = new byte[8 * 1024];
            new Random(11).nextBytes(nonsense);
            below(stream).writeAndFlush(new BinaryWebSocketFrame(Unpooled.wrappedBuffer(nonsense)));
        });
    }

    /** It reads the answers, so they do not pile up; but each costs the thread that it shares with others. */
    @Test
    void thatFloodsPingsLosesItsConnection() throws Exception {
        endsTheConnectionOf((stream, _) -> {
            for (int i = 0; i < 2_000; i++) {
                stream.channel().parent().write(new DefaultHttp2PingFrame(i));
            }
            stream.channel().parent().flush();
        });
    }

    /** Fault 16: one that is cut and dials again without a rest is told how long to wait, and the others may come. */
    @Test
    void thatComesBackWithoutRestIsToldToWait() throws Exception {
        String answer = "HTTP/1.1 101";
        for (int i = 0; i < 200 && answer.startsWith("HTTP/1.1 101"); i++) {
            try (Socket socket = plane.connect()) {
                TestingDataPlane.send(socket, dial("bad"));
                answer = StreamedAnswersIT.readUntil(socket.getInputStream(), "\r\n\r\n");
            }
        }

        assertThat(answer).startsWith("HTTP/1.1 429").containsIgnoringCase("\r\nretry-after: 15\r\n");
        await().until(() -> plane.registry.connections(bad.tunnelId()) == 0);
        try (Socket socket = plane.connect()) {
            TestingDataPlane.send(socket, dial("good"));
            assertThat(StreamedAnswersIT.readUntil(socket.getInputStream(), "\r\n\r\n"))
                    .startsWith("HTTP/1.1 101");
        }
        assertThat(answerOf("good")).isEqualTo("200 ok");
    }

    private static String dial(String tunnel) {
        return "GET /tunnel/v1/connect?tunnel=" + tunnel + " HTTP/1.1\r\nHost: data\r\nAuthorization: Bearer "
                + TestingDataPlane.TOKEN + "\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: culvert.h2.v1\r\n"
                + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    }

    /** Where WebSocket frames are written, under HTTP/2. */
    private static ChannelHandlerContext below(ChannelHandlerContext stream) {
        return stream.channel().parent().pipeline().context("bytes");
    }

    private void endsTheConnectionOf(BiConsumer<ChannelHandlerContext, Http2Headers> harm) throws Exception {
        try (ScriptedAgent _ = new ScriptedAgent(plane, "bad", harm)) {
            await().until(() -> plane.registry.connections(bad.tunnelId()) == 1);

            assertThat(answerOf("bad")).doesNotStartWith("200");

            await().until(() -> plane.registry.connections(bad.tunnelId()) == 0);
            assertThat(answerOf("good")).isEqualTo("200 ok");
            assertThat(plane.sessions)
                    .as("one lost, and that is not the other tunnel's")
                    .filteredOn(SessionEvent.Disconnected.class::isInstance)
                    .hasSize(1);
            await().until(() -> plane.port.requests() == 0 && plane.port.reservedBytes() == 0);
        }
    }

    private String answerOf(String tunnel) throws InterruptedException {
        try {
            HttpResponse<String> answer = plane.client.send(
                    plane.request("/t/" + tunnel + "/ok")
                            .timeout(Duration.ofSeconds(20))
                            .build(),
                    BodyHandlers.ofString());
            return answer.statusCode() + " " + answer.body();
        } catch (IOException e) {
            return "broken off";
        }
    }
}
