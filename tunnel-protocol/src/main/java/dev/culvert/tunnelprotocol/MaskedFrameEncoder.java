package dev.culvert.tunnelprotocol;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.MessageToByteEncoder;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.ContinuationWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrameEncoder;
import java.nio.ByteBuffer;
import java.security.SecureRandom;

/**
 * Writes what an agent sends: WebSocket frames, each in one buffer and under a mask of its own, which nobody can foresee
 * (RFC 6455 §5.3). Stands in for Netty's encoder, whose masking is slow (see {@link Mask}).
 */
public final class MaskedFrameEncoder extends MessageToByteEncoder<WebSocketFrame> implements WebSocketFrameEncoder {
    private static final int LONGEST_HEAD_BYTES = 14;
    private static final int LAST_FRAGMENT = 0x80;
    private static final int MASKED = 0x80;
    private static final int MOST_IN_HEAD = 125;
    private static final int TWO_BYTES_FOLLOW = 126;
    private static final int EIGHT_BYTES_FOLLOW = 127;
    private static final int MOST_IN_TWO_BYTES = 0xFFFF;

    /** Drawn at once: the generator is shared, and a draw costs more than a small frame. */
    private static final int KEYS = 64;

    private static final SecureRandom RANDOM = new SecureRandom();

    private final ByteBuffer keys = ByteBuffer.allocate(KEYS * Integer.BYTES).position(KEYS * Integer.BYTES);

    public MaskedFrameEncoder() {
        super(WebSocketFrame.class);
    }

    @Override
    protected ByteBuf allocateBuffer(ChannelHandlerContext ctx, WebSocketFrame frame, boolean preferDirect) {
        int bytes = LONGEST_HEAD_BYTES + frame.content().readableBytes();
        return ctx.alloc().ioBuffer(bytes, bytes);
    }

    @Override
    protected void encode(ChannelHandlerContext ctx, WebSocketFrame frame, ByteBuf out) {
        ByteBuf payload = frame.content();
        int length = payload.readableBytes();
        out.writeByte((frame.isFinalFragment() ? LAST_FRAGMENT : 0) | opcode(frame));
        if (length <= MOST_IN_HEAD) {
            out.writeByte(MASKED | length);
        } else if (length <= MOST_IN_TWO_BYTES) {
            out.writeByte(MASKED | TWO_BYTES_FOLLOW).writeShort(length);
        } else {
            out.writeByte(MASKED | EIGHT_BYTES_FOLLOW).writeLong(length);
        }
        int key = key();
        out.writeInt(key);
        int start = out.writerIndex();
        out.writeBytes(payload, payload.readerIndex(), length);
        Mask.apply(out, start, length, key);
    }

    private int key() {
        if (!keys.hasRemaining()) {
            RANDOM.nextBytes(keys.array());
            keys.clear();
        }
        return keys.getInt();
    }

    private static int opcode(WebSocketFrame frame) {
        return switch (frame) {
            case BinaryWebSocketFrame _ -> 0x2;
            case ContinuationWebSocketFrame _ -> 0x0;
            case CloseWebSocketFrame _ -> 0x8;
            case PingWebSocketFrame _ -> 0x9;
            case PongWebSocketFrame _ -> 0xA;
            default ->
                throw new UnsupportedOperationException(
                        "Links send no " + frame.getClass().getSimpleName());
        };
    }
}
