package dev.culvert.tunnel.ingress;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.http2.Http2CodecUtil;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Tells by the first bytes of a connection which HTTP it speaks, and makes its pipeline. HTTP/2 begins with words that are no
 * request of HTTP/1.1 (RFC 9113 §3.4), so one byte is mostly enough.
 */
@SuppressWarnings("FutureReturnValueIgnored") // Netty tells of failed writes by closing the channel
final class ProtocolChoice extends ByteToMessageDecoder {
    private static final long FIRST_BYTE_WITHIN_SECONDS = 75;

    private final Consumer<Channel> http1;
    private final Consumer<Channel> http2;
    private @Nullable ScheduledFuture<?> patience;

    ProtocolChoice(Consumer<Channel> http1, Consumer<Channel> http2) {
        this.http1 = http1;
        this.http2 = http2;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        patience = ctx.executor().schedule(() -> ctx.close(), FIRST_BYTE_WITHIN_SECONDS, TimeUnit.SECONDS);
    }

    @Override
    protected void handlerRemoved0(ChannelHandlerContext ctx) {
        ScheduledFuture<?> planned = patience;
        if (planned != null) {
            planned.cancel(false);
        }
    }

    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
        ByteBuf preface = Http2CodecUtil.connectionPrefaceBuf();
        try {
            int known = Math.min(in.readableBytes(), preface.readableBytes());
            boolean like = ByteBufUtil.equals(in, in.readerIndex(), preface, preface.readerIndex(), known);
            if (like && known < preface.readableBytes()) {
                return;
            }
            (like ? http2 : http1).accept(ctx.channel());
            // What was read so far goes to the handlers that were just added.
            ctx.pipeline().remove(this);
        } finally {
            preface.release();
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) throws Exception {
        if (event == DataPortServer.Event.DRAIN) {
            ctx.close();
        } else {
            super.userEventTriggered(ctx, event);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        // The connection broke before a word was said.
        ctx.close();
    }
}
