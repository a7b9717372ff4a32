package dev.culvert.gateway.protocol;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpServerUpgradeHandler;
import io.netty.handler.codec.http2.Http2CodecUtil;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import reactor.netty.NettyPipeline;

/**
 * Tells by the first bytes of a connection without TLS which HTTP it speaks (RFC 9113 §3.3). One byte is mostly enough; from then
 * on a connection of HTTP/1.1 has the handlers it would have if there were no HTTP/2. The handler that answers {@code Upgrade:
 * h2c} is one of those taken out: the upgrade is deprecated (RFC 9113 §3.1), and a way to hide requests from what stands in
 * front. Clients that ask for it are answered in HTTP/1.1, as the protocol has it.
 */
final class FirstBytes extends ByteToMessageDecoder {
    private final ClientProtocols protocols;
    private final Duration patience;
    private @Nullable ScheduledFuture<?> waiting;

    FirstBytes(ClientProtocols protocols, Duration patience) {
        this.protocols = protocols;
        this.patience = patience;
    }

    @Override
    protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
        ByteBuf preface = Http2CodecUtil.connectionPrefaceBuf();
        try {
            int length = preface.readableBytes();
            int known = Math.min(in.readableBytes(), length);
            if (!ByteBufUtil.equals(in, in.readerIndex(), preface, preface.readerIndex(), known)) {
                http1(context);
            } else if (known == length) {
                http2(context, in.readRetainedSlice(length));
            } else if (waiting == null) {
                waiting =
                        context.executor().schedule(() -> giveUp(context), patience.toMillis(), TimeUnit.MILLISECONDS);
            }
        } finally {
            preface.release();
        }
    }

    @SuppressWarnings("FutureReturnValueIgnored") // a connection that nobody has spoken on
    private static void giveUp(ChannelHandlerContext context) {
        context.close();
    }

    private void http1(ChannelHandlerContext context) {
        var pipeline = context.pipeline();
        pipeline.remove(NettyPipeline.H2CUpgradeHandler);
        pipeline.remove(HttpServerUpgradeHandler.class);
        protocols.http1(pipeline, pipeline.context(HttpServerCodec.class).name());
        pipeline.remove(this); // what was read so far goes to the handlers behind
    }

    /** The server's own handler makes the pipeline when it reads the preface; the rest must not be read before it is complete. */
    private void http2(ChannelHandlerContext context, ByteBuf preface) {
        context.fireChannelRead(preface);
        protocols.http2(context.channel(), 0);
        context.pipeline().remove(this);
    }

    @Override
    protected void handlerRemoved0(ChannelHandlerContext context) {
        ScheduledFuture<?> timer = waiting;
        if (timer != null) {
            timer.cancel(false);
        }
    }
}
