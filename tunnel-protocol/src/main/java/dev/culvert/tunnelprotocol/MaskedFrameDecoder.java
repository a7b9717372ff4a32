package dev.culvert.tunnelprotocol;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CorruptedWebSocketFrameException;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrameDecoder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Reads what an agent sends: masked WebSocket frames whose payloads, joined, are a stream of bytes.
 *
 * <p>Stands in for Netty's decoder, whose unmasking is slow (see {@link Mask}) and which collects each frame before it hands
 * it on. Bytes of data frames go on as they come, each read in a buffer of its own size, so that a small one kept for a
 * stalled reader does not keep a large one alive. Ping, pong and close come as frames. What breaks RFC 6455 §5 ends the
 * connection with the status the RFC names, and so do frames of text, which no link knows.
 */
@SuppressWarnings("FutureReturnValueIgnored") // Netty tells of failed writes by closing the channel
public final class MaskedFrameDecoder extends ByteToMessageDecoder implements WebSocketFrameDecoder {
    private static final int CONTINUATION = 0x0;
    private static final int TEXT = 0x1;
    private static final int BINARY = 0x2;
    private static final int CLOSE = 0x8;
    private static final int PING = 0x9;
    private static final int PONG = 0xA;

    private static final int LAST_FRAGMENT = 0x80;
    private static final int RESERVED_BITS = 0x70;
    private static final int OPCODE_BITS = 0x0F;
    private static final int MASKED = 0x80;
    private static final int LENGTH_BITS = 0x7F;

    private static final int MAX_CONTROL_BYTES = 125;
    private static final int LENGTH_IN_TWO_BYTES = 126;

    private final int maxFrameBytes;

    private boolean inPayload;
    private int opcode;
    private int key;
    private int left;
    private boolean moreFragments;
    private boolean over;

    /** @param maxFrameBytes longest payload of one frame */
    public MaskedFrameDecoder(int maxFrameBytes) {
        this.maxFrameBytes = maxFrameBytes;
    }

    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
        if (over) {
            in.skipBytes(in.readableBytes());
            return;
        }
        try {
            if (inPayload || readHead(in)) {
                readPayload(ctx, in, out);
            }
        } catch (CorruptedWebSocketFrameException e) {
            over = true;
            in.skipBytes(in.readableBytes());
            ctx.writeAndFlush(new CloseWebSocketFrame(e.closeStatus(), e.getMessage()))
                    .addListener(ChannelFutureListener.CLOSE);
            throw e;
        }
    }

    /** Reads all of it, or nothing while a part is missing. */
    private boolean readHead(ByteBuf in) {
        if (in.readableBytes() < 2) {
            return false;
        }
        int start = in.readerIndex();
        int first = in.getUnsignedByte(start);
        int second = in.getUnsignedByte(start + 1);
        check(first, second);
        int shortLength = second & LENGTH_BITS;
        int lengthBytes = switch (shortLength) {
            case LENGTH_IN_TWO_BYTES -> Short.BYTES;
            case LENGTH_BITS -> Long.BYTES;
            default -> 0;
        };
        if (in.readableBytes() < 2 + lengthBytes) {
            return false;
        }
        long length = switch (lengthBytes) {
            case Short.BYTES -> atLeast(MAX_CONTROL_BYTES + 1, in.getUnsignedShort(start + 2));
            case Long.BYTES -> atLeast(1 << Short.SIZE, in.getLong(start + 2));
            default -> shortLength;
        };
        if (length > maxFrameBytes) {
            throw new CorruptedWebSocketFrameException(
                    WebSocketCloseStatus.MESSAGE_TOO_BIG, "A frame is longer than " + maxFrameBytes + " bytes");
        }
        if (in.readableBytes() < 2 + lengthBytes + Integer.BYTES) {
            return false;
        }
        in.skipBytes(2 + lengthBytes);
        key = in.readInt();
        left = (int) length;
        opcode = first & OPCODE_BITS;
        if (isData(opcode)) {
            moreFragments = (first & LAST_FRAGMENT) == 0;
        }
        inPayload = true;
        return true;
    }

    private void check(int first, int second) {
        int kind = first & OPCODE_BITS;
        require((first & RESERVED_BITS) == 0, "Reserved bits are set, but no extension was agreed on");
        require((second & MASKED) != 0, "A frame is not masked");
        switch (kind) {
            case CLOSE, PING, PONG -> {
                require((first & LAST_FRAGMENT) != 0, "A control frame is fragmented");
                require((second & LENGTH_BITS) <= MAX_CONTROL_BYTES, "A control frame is too long");
                require(kind != CLOSE || (second & LENGTH_BITS) != 1, "A close frame has half a status");
            }
            case CONTINUATION -> require(moreFragments, "A frame goes on with no message");
            case BINARY -> require(!moreFragments, "A message begins inside of another one");
            case TEXT ->
                throw new CorruptedWebSocketFrameException(
                        WebSocketCloseStatus.INVALID_MESSAGE_TYPE, "Only binary frames are understood");
            default -> require(false, "Unknown kind of frame");
        }
    }

    private static boolean isData(int opcode) {
        return opcode == CONTINUATION || opcode == BINARY;
    }

    /** The shortest form of a length is the only one allowed; one with the sign bit set is none. */
    private static long atLeast(long least, long length) {
        require(length >= least, "A length is not in its shortest form");
        return length;
    }

    private static void require(boolean good, String otherwise) {
        if (!good) {
            throw new CorruptedWebSocketFrameException(WebSocketCloseStatus.PROTOCOL_ERROR, otherwise);
        }
    }

    private void readPayload(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
        if (isData(opcode)) {
            int length = Math.min(left, in.readableBytes());
            if (length > 0) {
                out.add(unmasked(ctx, in, length));
            }
            inPayload = left > 0;
        } else if (in.readableBytes() >= left) {
            out.add(control(unmasked(ctx, in, left)));
            inPayload = false;
        }
    }

    private ByteBuf unmasked(ChannelHandlerContext ctx, ByteBuf in, int length) {
        ByteBuf piece = ctx.alloc().ioBuffer(length, length);
        piece.writeBytes(in, length);
        Mask.apply(piece, 0, length, key);
        key = Mask.after(length, key);
        left -= length;
        return piece;
    }

    private WebSocketFrame control(ByteBuf payload) {
        return switch (opcode) {
            case PING -> new PingWebSocketFrame(payload);
            case PONG -> new PongWebSocketFrame(payload);
            default -> close(payload);
        };
    }

    /** Nothing that follows counts (RFC 6455 §5.5.1). */
    private CloseWebSocketFrame close(ByteBuf payload) {
        over = true;
        CloseWebSocketFrame frame = new CloseWebSocketFrame(true, 0, payload);
        try {
            if (payload.isReadable()) {
                int status = payload.getUnsignedShort(0);
                require(WebSocketCloseStatus.isValidStatusCode(status), "A close frame has no valid status");
                StandardCharsets.UTF_8.newDecoder().decode(payload.nioBuffer(2, payload.readableBytes() - 2));
            }
            return frame;
        } catch (CharacterCodingException e) {
            frame.release();
            throw new CorruptedWebSocketFrameException(
                    WebSocketCloseStatus.INVALID_PAYLOAD_DATA, "The reason of a close frame is not UTF-8", e);
        } catch (CorruptedWebSocketFrameException e) {
            frame.release();
            throw e;
        }
    }
}
