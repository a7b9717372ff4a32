package dev.culvert.agent.forward;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.util.ReferenceCountUtil;
import org.jspecify.annotations.Nullable;

/** One connection to the local service; passes what it reads to the stream it serves at the moment. */
@SuppressWarnings("FutureReturnValueIgnored") // Netty tells of failed writes by closing the channel
final class OriginConnection extends ChannelInboundHandlerAdapter {
    private final Channel channel;
    private final Origins origins;
    private final boolean keepable;

    private @Nullable ForwardedStream stream;
    private long idleSinceNanos;
    private boolean reused;

    /**
     * @param channel a connection of its own, or one stream of a shared HTTP/2 connection
     * @param keepable whether another request may follow on the channel
     */
    OriginConnection(Channel channel, Origins origins, boolean keepable) {
        this.channel = channel;
        this.origins = origins;
        this.keepable = keepable;
    }

    Channel channel() {
        return channel;
    }

    /** Whether an earlier request went over this connection, so that the server may be closing it right now. */
    boolean reused() {
        return reused;
    }

    void serve(ForwardedStream served) {
        stream = served;
    }

    /** Ends the service to a stream: back to the others if the next request may use it, else closed. */
    void release(boolean reusable) {
        stream = null;
        if (reusable && keepable && channel.isActive()) {
            reused = true;
            idleSinceNanos = System.nanoTime();
            channel.config().setAutoRead(true);
            origins.keep(this);
        } else {
            channel.close();
        }
    }

    boolean fitForReuse(long notBeforeNanos) {
        return channel.isActive() && idleSinceNanos - notBeforeNanos >= 0;
    }

    void close() {
        channel.close();
    }

    /** From here on the connection carries bytes that are no longer HTTP (RFC 9110 §7.8). */
    void becomeBytePipe() {
        channel.pipeline().remove(HttpClientCodec.class);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ForwardedStream served = stream;
        if (served == null) {
            // An answer nobody asked for, e.g. 408 before a close.
            ReferenceCountUtil.release(message);
            ctx.close();
            return;
        }
        if (message instanceof HttpObject object && object.decoderResult().isFailure()) {
            ReferenceCountUtil.release(message);
            served.onOriginNotHttp();
            return;
        }
        switch (message) {
            case FullHttpResponse whole -> {
                served.onOriginHead(whole, !whole.content().isReadable());
                served.onOriginContent(new DefaultLastHttpContent(whole.content()));
            }
            case HttpResponse head -> served.onOriginHead(head, false);
            case HttpContent content -> served.onOriginContent(content);
            case ByteBuf bytes -> served.onOriginBytes(bytes);
            default -> ReferenceCountUtil.release(message);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        ForwardedStream served = stream;
        if (served != null) {
            served.onOriginReadComplete();
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        ForwardedStream served = stream;
        if (served != null) {
            served.onOriginWritabilityChanged();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        origins.forget(this);
        ForwardedStream served = stream;
        stream = null;
        if (served != null) {
            served.onOriginClosed();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        // A reset, a TLS alert: the stream learns of it by the close.
        ctx.close();
    }
}
