package dev.culvert.tunnelprotocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.ContinuationWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocket13FrameDecoder;
import io.netty.handler.codec.http.websocketx.WebSocket13FrameEncoder;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What Netty's decoder reads must be what was meant, and the bytes but for the mask those of Netty's encoder. */
class MaskedFrameEncoderTest {
    private static final int MAX_FRAME_BYTES = 100_000;

    private final Random random = new Random(20261123);

    @Test
    void writesWhatNettyReadsAtEveryLength() {
        for (int length = 0; length <= 300; length++) {
            expectRead(new BinaryWebSocketFrame(bytes(length)));
        }
        for (int length : new int[] {8191, 8192, 8193, 32_768, 65_535, 65_536, MAX_FRAME_BYTES}) {
            expectRead(new BinaryWebSocketFrame(bytes(length)));
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 20261123, -1})
    void writesWhatNettyReadsInAnyMixtureOfFrames(long seed) {
        random.setSeed(seed);
        List<WebSocketFrame> frames = new ArrayList<>();
        boolean open = false;
        for (int i = 0; i < 300; i++) {
            if (random.nextInt(5) == 0) {
                ByteBuf payload = bytes(random.nextInt(126));
                frames.add(random.nextBoolean() ? new PingWebSocketFrame(payload) : new PongWebSocketFrame(payload));
            }
            boolean last = random.nextBoolean();
            ByteBuf payload = bytes(random.nextInt(20_000));
            frames.add(
                    open
                            ? new ContinuationWebSocketFrame(last, 0, payload)
                            : new BinaryWebSocketFrame(last, 0, payload));
            open = !last;
        }
        frames.add(new CloseWebSocketFrame(WebSocketCloseStatus.NORMAL_CLOSURE, "done"));

        expectRead(frames.toArray(WebSocketFrame[]::new));
    }

    @Test
    void leavesAPayloadThatOthersReadAsItIs() {
        ByteBuf kept = bytes(1000);
        byte[] before = ByteBufUtil.getBytes(kept);

        encode(new BinaryWebSocketFrame(kept.retainedDuplicate())).release();

        assertThat(ByteBufUtil.getBytes(kept)).isEqualTo(before);
        assertThat(kept.refCnt()).isEqualTo(1);
        kept.release();
    }

    @Test
    void takesANewMaskForEachFrame() {
        Set<Integer> masks = new HashSet<>();
        EmbeddedChannel channel = new EmbeddedChannel(new MaskedFrameEncoder());

        for (int i = 0; i < 1000; i++) {
            channel.writeOutbound(new BinaryWebSocketFrame(Unpooled.buffer().writeInt(i)));
            ByteBuf wire = channel.readOutbound();
            masks.add(wire.getInt(2));
            wire.release();
        }

        assertThat(masks).hasSizeGreaterThan(990);
    }

    private void expectRead(WebSocketFrame... frames) {
        EmbeddedChannel ours = new EmbeddedChannel(new MaskedFrameEncoder());
        EmbeddedChannel nettys = new EmbeddedChannel(new WebSocket13FrameEncoder(true));
        EmbeddedChannel reader = new EmbeddedChannel(new WebSocket13FrameDecoder(true, false, MAX_FRAME_BYTES));
        for (WebSocketFrame frame : frames) {
            byte[] meant = ByteBufUtil.getBytes(frame.content());
            nettys.writeOutbound(frame.retainedDuplicate());
            ByteBuf wire = written(ours, frame);
            ByteBuf nettysWire = all(nettys);
            int head = wire.readableBytes() - meant.length - Integer.BYTES;
            assertThat(ByteBufUtil.getBytes(wire, 0, head)).isEqualTo(ByteBufUtil.getBytes(nettysWire, 0, head));
            assertThat(wire.readableBytes()).isEqualTo(nettysWire.readableBytes());
            nettysWire.release();

            reader.writeInbound(wire);

            WebSocketFrame read = reader.readInbound();
            assertThat(read).hasSameClassAs(frame);
            assertThat(read.isFinalFragment()).isEqualTo(frame.isFinalFragment());
            assertThat(ByteBufUtil.getBytes(read.content())).isEqualTo(meant);
            read.release();
        }
        List.of(ours, nettys, reader).forEach(EmbeddedChannel::finishAndReleaseAll);
    }

    private static ByteBuf encode(WebSocketFrame frame) {
        return written(new EmbeddedChannel(new MaskedFrameEncoder()), frame);
    }

    private static ByteBuf written(EmbeddedChannel channel, WebSocketFrame frame) {
        channel.writeOutbound(frame);
        return channel.readOutbound();
    }

    private static ByteBuf all(EmbeddedChannel channel) {
        CompositeByteBuf all = Unpooled.compositeBuffer();
        for (ByteBuf part = channel.readOutbound(); part != null; part = channel.readOutbound()) {
            all.addComponent(true, part);
        }
        return all;
    }

    /** With bytes in front, so that nothing is aligned. */
    private ByteBuf bytes(int length) {
        byte[] content = new byte[length];
        random.nextBytes(content);
        int before = random.nextInt(8);
        ByteBuf buffer = random.nextBoolean() ? Unpooled.directBuffer(length + 8) : Unpooled.buffer(length + 8);
        return buffer.writeZero(before).skipBytes(before).writeBytes(content);
    }
}
