package dev.culvert.tunnelprotocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CorruptedWebSocketFrameException;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocket13FrameDecoder;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What Netty's decoder reads in the same bytes is what counts. */
class MaskedFrameDecoderTest {
    private static final int MAX_FRAME_BYTES = 100_000;
    private static final int FINAL = 0x80;
    private static final int BINARY = 0x2;

    private final Random random = new Random(20261122);

    @Test
    void readsWhatNettyReadsAtEveryLengthAndEveryCut() {
        for (int length = 0; length <= 20; length++) {
            byte[] wire = join(frame(FINAL | BINARY, bytes(length)), frame(FINAL | BINARY, bytes(length + 3)));
            for (int cut = 1; cut < wire.length; cut++) {
                expectSame(wire, cut);
            }
        }
        for (int length : new int[] {125, 126, 127, 8191, 8192, 8193, 32_768, 65_535, 65_536, MAX_FRAME_BYTES}) {
            byte[] wire = join(frame(FINAL | BINARY, bytes(length)), frame(FINAL | BINARY, bytes(1)));
            for (int cut : new int[] {1 + length / 100, 3 + length / 50, 8191, 16_384, wire.length}) {
                expectSame(wire, cut);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 20261122, -1})
    void readsWhatNettyReadsInAnyMixtureOfFrames(long seed) {
        random.setSeed(seed);
        ByteArrayOutputStream wire = new ByteArrayOutputStream();
        boolean open = false;
        for (int i = 0; i < 300; i++) {
            if (random.nextInt(5) == 0) {
                wire.writeBytes(frame(FINAL | (random.nextBoolean() ? 0x9 : 0xA), bytes(random.nextInt(126))));
            }
            boolean last = random.nextBoolean();
            wire.writeBytes(frame((last ? FINAL : 0) | (open ? 0 : BINARY), bytes(random.nextInt(20_000))));
            open = !last;
        }

        expectSame(wire.toByteArray(), 0);
    }

    private void expectSame(byte[] wire, int pieceLength) {
        Read netty =
                read(new EmbeddedChannel(new WebSocket13FrameDecoder(true, false, MAX_FRAME_BYTES)), wire, wire.length);
        Read ours = read(new EmbeddedChannel(new MaskedFrameDecoder(MAX_FRAME_BYTES)), wire, pieceLength);

        assertThat(ours.data())
                .as("%d bytes cut at %d", wire.length, pieceLength)
                .isEqualTo(netty.data());
        assertThat(ours.control()).isEqualTo(netty.control());
    }

    private record Read(byte[] data, List<String> control) {}

    /** @param pieceLength bytes that come at a time; 0 for any number */
    private Read read(EmbeddedChannel channel, byte[] wire, int pieceLength) {
        ByteArrayOutputStream data = new ByteArrayOutputStream();
        List<String> control = new ArrayList<>();
        for (int at = 0; at < wire.length; ) {
            int wanted = pieceLength == 0 ? 1 + random.nextInt(30_000) : pieceLength;
            int length = Math.min(wire.length - at, wanted);
            channel.writeInbound(buffer(wire, at, length));
            at += length;
            for (Object message = channel.readInbound(); message != null; message = channel.readInbound()) {
                collect(message, data, control);
            }
        }
        channel.finishAndReleaseAll();
        return new Read(data.toByteArray(), control);
    }

    private static void collect(Object message, ByteArrayOutputStream data, List<String> control) {
        ByteBuf content = message instanceof WebSocketFrame frame ? frame.content() : (ByteBuf) message;
        assertThat(content.refCnt()).isEqualTo(1);
        if (message instanceof PingWebSocketFrame || message instanceof PongWebSocketFrame) {
            control.add(message.getClass().getSimpleName() + " at " + data.size() + " " + ByteBufUtil.hexDump(content));
        } else {
            data.writeBytes(ByteBufUtil.getBytes(content));
        }
        content.release();
    }

    /** Bytes come in any kind of memory. */
    private ByteBuf buffer(byte[] wire, int at, int length) {
        ByteBuf heap = Unpooled.copiedBuffer(wire, at, length);
        return switch (random.nextInt(3)) {
            case 0 -> heap;
            case 1 -> Unpooled.directBuffer(length).writeBytes(heap);
            default -> {
                CompositeByteBuf joined = Unpooled.compositeBuffer();
                joined.addComponent(true, heap.readRetainedSlice(length / 2)).addComponent(true, heap);
                yield joined;
            }
        };
    }

    @Test
    void handsOnWhatIsThereOfALongFrame() {
        EmbeddedChannel channel = new EmbeddedChannel(new MaskedFrameDecoder(MAX_FRAME_BYTES));
        byte[] payload = bytes(1000);

        channel.writeInbound(Unpooled.wrappedBuffer(frame(FINAL | BINARY, payload), 0, 8 + 10));

        ByteBuf first = channel.readInbound();
        assertThat(ByteBufUtil.getBytes(first)).isEqualTo(Arrays.copyOf(payload, 10));
        assertThat(first.capacity()).as("memory it keeps").isEqualTo(10);
        first.release();
        channel.finishAndReleaseAll();
    }

    @ParameterizedTest
    @CsvSource({
        "c2 81 00000000 00, 1002, reserved bits",
        "82 01 00, 1002, no mask",
        "09 80 00000000, 1002, a ping in fragments",
        "89 fe 007e 00000000, 1002, a long ping",
        "88 81 00000000 00, 1002, half a status",
        "8b 80 00000000, 1002, unknown control frame",
        "83 80 00000000, 1002, unknown data frame",
        "80 80 00000000, 1002, goes on with nothing",
        "02 80 00000000 82 80 00000000, 1002, a message in a message",
        "82 fe 007d 00000000, 1002, length of two bytes too short",
        "82 ff 000000000000ffff 00000000, 1002, length of eight bytes too short",
        "82 ff ffffffffffffffff 00000000, 1002, negative length",
        "82 ff 00000000000186a1 00000000, 1009, too long",
        "82 ff 7fffffffffffffff 00000000, 1009, much too long",
        "88 82 00000000 03ed, 1002, a status that is never sent",
        "88 83 00000000 03e8ff, 1007, a reason that is no text",
    })
    void endsTheConnectionAtWhatNettyTakesForABreachAsWell(String hex, int status, String why) {
        byte[] wire = ByteBufUtil.decodeHexDump(hex.replace(" ", ""));
        EmbeddedChannel netty = new EmbeddedChannel(new WebSocket13FrameDecoder(true, false, MAX_FRAME_BYTES));
        assertThatThrownBy(() -> netty.writeInbound(Unpooled.wrappedBuffer(wire)))
                .as(why)
                .isInstanceOf(CorruptedWebSocketFrameException.class);
        netty.finishAndReleaseAll();

        expectEnd(wire, status, why);
    }

    @Test
    void refusesText() {
        expectEnd(frame(FINAL | 0x1, "hello".getBytes(StandardCharsets.UTF_8)), 1003, "text");
    }

    private static void expectEnd(byte[] wire, int status, String why) {
        EmbeddedChannel ours = new EmbeddedChannel(new MaskedFrameDecoder(MAX_FRAME_BYTES));

        assertThatThrownBy(() -> ours.writeInbound(Unpooled.wrappedBuffer(wire)))
                .as(why)
                .isInstanceOf(CorruptedWebSocketFrameException.class);

        CloseWebSocketFrame close = ours.readOutbound();
        assertThat(close.statusCode()).as(why).isEqualTo(status);
        close.release();
        assertThat(ours.isOpen()).isFalse();
        ours.finishAndReleaseAll();
    }

    @Test
    void readsNothingBehindAClose() {
        EmbeddedChannel channel = new EmbeddedChannel(new MaskedFrameDecoder(MAX_FRAME_BYTES));
        byte[] reason = ByteBuffer.allocate(5)
                .putShort((short) 1000)
                .put(new byte[] {'b', 'y', 'e'})
                .array();

        channel.writeInbound(Unpooled.wrappedBuffer(frame(FINAL | 0x8, reason), frame(FINAL | BINARY, bytes(5))));

        CloseWebSocketFrame close = channel.readInbound();
        assertThat(close.statusCode()).isEqualTo(1000);
        assertThat(close.reasonText()).isEqualTo("bye");
        close.release();
        assertThat((@Nullable Object) channel.readInbound()).isNull();
        channel.finishAndReleaseAll();
    }

    private byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    private static byte[] join(byte[] one, byte[] other) {
        return ByteBuffer.allocate(one.length + other.length)
                .put(one)
                .put(other)
                .array();
    }

    /** As RFC 6455 §5.2 draws it, byte for byte. */
    private byte[] frame(int first, byte[] payload) {
        byte[] key = bytes(4);
        ByteBuffer frame = ByteBuffer.allocate(14 + payload.length).put((byte) first);
        if (payload.length <= 125) {
            frame.put((byte) (0x80 | payload.length));
        } else if (payload.length <= 65_535) {
            frame.put((byte) (0x80 | 126)).putShort((short) payload.length);
        } else {
            frame.put((byte) (0x80 | 127)).putLong(payload.length);
        }
        frame.put(key);
        for (int i = 0; i < payload.length; i++) {
            frame.put((byte) (payload[i] ^ key[i % 4]));
        }
        return Arrays.copyOf(frame.array(), frame.position());
    }
}
