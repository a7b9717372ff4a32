package dev.culvert.tunnelprotocol;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.AbstractCoalescingBufferQueue;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.ContinuationWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.util.ReferenceCountUtil;
import java.nio.channels.ClosedChannelException;
import org.jspecify.annotations.Nullable;

/**
 * Turns WebSocket frames into a byte stream and back.
 *
 * <p>Outgoing bytes are collected until flush, cut at {@value #MAX_FRAME_BYTES} and copied into one buffer per frame. The
 * HTTP/2 codec writes nine-byte headers and payloads apart; masking a composite of those was measured at half the speed of
 * copying first. Frames over 64 KiB are dropped together with the connection by gateways in their default setting.
 */
@SuppressWarnings("FutureReturnValueIgnored") // Netty tells of failed writes by closing the channel
final class WebSocketBytes extends ChannelDuplexHandler {
    static final int MAX_FRAME_BYTES = 32 * 1024;

    private @Nullable CopyingQueue queue;

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        queue = new CopyingQueue(ctx.channel());
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        failQueued(ctx);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) throws Exception {
        failQueued(ctx);
        super.channelInactive(ctx);
    }

    private void failQueued(ChannelHandlerContext ctx) {
        CopyingQueue queued = queue;
        if (queued != null && !queued.isEmpty()) {
            queued.releaseAndFailAll(ctx, new ClosedChannelException());
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        switch (message) {
            case ByteBuf bytes -> ctx.fireChannelRead(bytes); // of MaskedFrameDecoder
            case BinaryWebSocketFrame frame -> ctx.fireChannelRead(frame.content());
            case ContinuationWebSocketFrame frame -> ctx.fireChannelRead(frame.content());
            case PingWebSocketFrame frame -> pong(ctx, frame);
            case PongWebSocketFrame frame -> frame.release();
            case CloseWebSocketFrame frame -> {
                frame.release();
                close(ctx, ctx.newPromise());
            }
            case WebSocketFrame frame -> {
                frame.release();
                ctx.writeAndFlush(new CloseWebSocketFrame(WebSocketCloseStatus.INVALID_MESSAGE_TYPE));
                ctx.close();
            }
            // Whatever the handshake handlers left over, e.g. the end of the response to the upgrade.
            default -> ReferenceCountUtil.release(message);
        }
    }

    /** Whoever pings without reading gets no answer while one waits, as RFC 6455 §5.5.3 allows: else they would pile up. */
    private static void pong(ChannelHandlerContext ctx, PingWebSocketFrame ping) {
        if (ctx.channel().isWritable()) {
            ctx.writeAndFlush(new PongWebSocketFrame(ping.content()));
        } else {
            ping.release();
        }
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
        if (message instanceof ByteBuf bytes) {
            required().add(bytes, promise);
        } else {
            ctx.write(message, promise);
        }
    }

    @Override
    public void flush(ChannelHandlerContext ctx) {
        CopyingQueue queued = required();
        while (!queued.isEmpty()) {
            ChannelPromise written = ctx.newPromise();
            ByteBuf bytes = queued.remove(ctx.alloc(), MAX_FRAME_BYTES, written);
            if (bytes.isReadable()) {
                ctx.write(new BinaryWebSocketFrame(bytes), written);
            } else {
                ctx.write(bytes, written);
            }
        }
        ctx.flush();
    }

    @Override
    public void close(ChannelHandlerContext ctx, ChannelPromise promise) {
        if (ctx.channel().isActive()) {
            flush(ctx);
            ctx.writeAndFlush(new CloseWebSocketFrame(WebSocketCloseStatus.NORMAL_CLOSURE));
        }
        // Not waiting for the frame to be written: a dead peer would keep the socket for ever.
        ctx.close(promise);
    }

    private CopyingQueue required() {
        CopyingQueue queued = queue;
        if (queued == null) {
            throw new IllegalStateException("Not in a pipeline");
        }
        return queued;
    }

    /** Counts its bytes into the channel's writability, so that the HTTP/2 flow controller does not run ahead of the socket. */
    private static final class CopyingQueue extends AbstractCoalescingBufferQueue {
        CopyingQueue(Channel channel) {
            super(channel, 16);
        }

        @Override
        protected ByteBuf composeFirst(ByteBufAllocator allocator, ByteBuf first, int expectedBytes) {
            ByteBuf copy = allocator.ioBuffer(expectedBytes, MAX_FRAME_BYTES);
            copy.writeBytes(first);
            first.release();
            return copy;
        }

        @Override
        protected ByteBuf compose(ByteBufAllocator allocator, ByteBuf cumulation, ByteBuf next) {
            // After the last byte only empty buffers follow, and then the cumulation may be one that cannot be written.
            if (next.isReadable()) {
                cumulation.writeBytes(next);
            }
            next.release();
            return cumulation;
        }

        @Override
        protected ByteBuf removeEmptyValue() {
            return Unpooled.EMPTY_BUFFER;
        }
    }
}
