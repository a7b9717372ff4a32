package dev.culvert.tunnelprotocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.ContinuationWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import java.io.ByteArrayOutputStream;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WebSocketBytesTest {
    private final EmbeddedChannel channel = new EmbeddedChannel(new WebSocketBytes());

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 20261122, -1})
    void keepsEveryByteInOrderInFramesThatGatewaysTake(long seed) {
        Random random = new Random(seed);
        ByteArrayOutputStream sent = new ByteArrayOutputStream();
        ByteArrayOutputStream received = new ByteArrayOutputStream();
        List<ChannelFuture> writes = new ArrayList<>();
        for (int i = 0; i < 400; i++) {
            // As the HTTP/2 codec writes: headers of nine bytes, payloads of up to 16 KiB, sometimes nothing at all.
            byte[] piece = new byte[random.nextInt(3) == 0 ? 9 : random.nextInt(40_000)];
            random.nextBytes(piece);
            sent.writeBytes(piece);
            writes.add(channel.write(random.nextBoolean() ? Unpooled.wrappedBuffer(piece) : direct(piece)));
            if (random.nextInt(5) == 0) {
                channel.write(Unpooled.EMPTY_BUFFER);
            }
            if (random.nextInt(4) == 0) {
                channel.flush();
                collect(received);
            }
        }
        channel.flush();
        collect(received);

        assertThat(received.toByteArray()).as("seed %d", seed).isEqualTo(sent.toByteArray());
        assertThat(writes).as("seed %d", seed).allMatch(ChannelFuture::isSuccess);
        channel.finishAndReleaseAll();
    }

    private static ByteBuf direct(byte[] bytes) {
        return Unpooled.directBuffer(bytes.length).writeBytes(bytes);
    }

    private void collect(ByteArrayOutputStream received) {
        for (Object out = channel.readOutbound(); out != null; out = channel.readOutbound()) {
            if (out instanceof BinaryWebSocketFrame frame) {
                assertThat(frame.isFinalFragment()).isTrue();
                assertThat(frame.content().readableBytes()).isBetween(1, WebSocketBytes.MAX_FRAME_BYTES);
                received.writeBytes(ByteBufUtil.getBytes(frame.content()));
                frame.release();
            } else {
                assertThat(((ByteBuf) out).readableBytes()).isZero();
            }
        }
    }

    @Test
    void answersNoPingsOfOneWhoReadsNothing() {
        ByteBuf answered = Unpooled.copiedBuffer(new byte[] {1});
        ByteBuf tooMany = Unpooled.copiedBuffer(new byte[] {2});

        channel.writeInbound(new PingWebSocketFrame(answered));
        channel.unsafe().outboundBuffer().setUserDefinedWritability(1, false);
        channel.writeInbound(new PingWebSocketFrame(tooMany));

        PongWebSocketFrame pong = channel.readOutbound();
        assertThat(pong.content().readByte()).isEqualTo((byte) 1);
        pong.release();
        assertThat(channel.<Object>readOutbound()).isNull();
        assertThat(tooMany.refCnt()).isZero();
        channel.finishAndReleaseAll();
    }

    @Test
    void passesOneSmallWriteOnWithoutCopyingIt() {
        ByteBuf piece = Unpooled.copiedBuffer(new byte[] {1, 2, 3});

        channel.writeOutbound(piece);

        BinaryWebSocketFrame frame = channel.readOutbound();
        assertThat(frame.content()).isSameAs(piece);
        frame.release();
    }

    @Test
    void countsWaitingBytesIntoTheWritabilityOfTheChannel() {
        channel.config().setWriteBufferWaterMark(new WriteBufferWaterMark(500, 1000));

        channel.write(Unpooled.wrappedBuffer(new byte[2000]));
        assertThat(channel.isWritable()).isFalse();
        channel.flush();

        assertThat(channel.isWritable()).isTrue();
        channel.releaseOutbound();
    }

    @Test
    void failsWhatWaitsWhenTheConnectionEnds() {
        ChannelFuture write = channel.write(Unpooled.wrappedBuffer(new byte[10]));

        channel.pipeline().fireChannelInactive();

        assertThat(write.cause()).isInstanceOf(ClosedChannelException.class);
        channel.releaseOutbound();
    }

    @Test
    void joinsFragmentsToTheSameBytes() {
        channel.writeInbound(
                new BinaryWebSocketFrame(false, 0, Unpooled.wrappedBuffer(new byte[] {1, 2})),
                new ContinuationWebSocketFrame(true, 0, Unpooled.wrappedBuffer(new byte[] {3})));

        ByteBuf first = channel.readInbound();
        ByteBuf second = channel.readInbound();
        assertThat(ByteBufUtil.getBytes(first)).containsExactly(1, 2);
        assertThat(ByteBufUtil.getBytes(second)).containsExactly(3);
        first.release();
        second.release();
    }

    @Test
    void answersAPing() {
        channel.writeInbound(new PingWebSocketFrame(Unpooled.wrappedBuffer(new byte[] {7})));

        PongWebSocketFrame pong = channel.readOutbound();
        assertThat(ByteBufUtil.getBytes(pong.content())).containsExactly(7);
        pong.release();
    }

    @Test
    void closesWithTheOtherSide() {
        channel.writeInbound(new CloseWebSocketFrame());

        WebSocketFrame answer = channel.readOutbound();
        assertThat(answer).isInstanceOf(CloseWebSocketFrame.class);
        answer.release();
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void refusesText() {
        channel.writeInbound(new TextWebSocketFrame("hello"));

        CloseWebSocketFrame close = channel.readOutbound();
        assertThat(close.statusCode()).isEqualTo(1003);
        close.release();
        assertThat(channel.isOpen()).isFalse();
    }
}
