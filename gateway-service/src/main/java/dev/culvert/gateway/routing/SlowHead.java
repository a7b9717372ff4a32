package dev.culvert.gateway.routing;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Answers 408 to a client that begins a request and does not come to the end of its headers (requirement X-11). Such a
 * client costs a connection for next to nothing, and every byte it sends would make an idle timeout start anew. Lives on the
 * connection's event loop; one timer at most is pending, and none while a request is answered.
 */
final class SlowHead extends ChannelDuplexHandler {
    private final Duration patience;
    private @Nullable ScheduledFuture<?> waiting;
    private boolean inRequest;
    private boolean headPending;
    private int unanswered;
    private boolean mayBecomeAnother;

    SlowHead(Duration patience) {
        this.patience = patience;
    }

    /** The handler for the place in front of the decoder, where single bytes are seen. */
    ChannelInboundHandlerAdapter start() {
        return new Start();
    }

    private final class Start extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext context, Object bytes) {
            headPending |= !inRequest;
            context.fireChannelRead(bytes);
        }

        /** Most heads come in one piece and need no timer: the decoder has taken the mark away by now. */
        @Override
        public void channelReadComplete(ChannelHandlerContext context) {
            if (headPending && waiting == null) {
                startWaiting(context);
            }
            context.fireChannelReadComplete();
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (message instanceof HttpRequest request) {
            inRequest = true;
            headPending = false;
            unanswered++;
            mayBecomeAnother |= request.headers().contains(HttpHeaderNames.UPGRADE);
            stopWaiting();
        }
        if (message instanceof LastHttpContent) {
            inRequest = mayBecomeAnother; // from now on there may be frames, which have no head
        }
        context.fireChannelRead(message);
    }

    @Override
    @SuppressWarnings("FutureReturnValueIgnored") // the promise tells the writer
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
        boolean interim =
                message instanceof HttpResponse head && head.status().codeClass() == HttpStatusClass.INFORMATIONAL;
        if (message instanceof LastHttpContent && !interim) {
            unanswered--;
        }
        context.write(message, promise);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        stopWaiting();
        context.fireChannelInactive();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        stopWaiting();
    }

    private void startWaiting(ChannelHandlerContext context) {
        waiting = context.executor().schedule(() -> giveUp(context), patience.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void stopWaiting() {
        ScheduledFuture<?> timer = waiting;
        if (timer != null) {
            timer.cancel(false);
            waiting = null;
        }
    }

    @SuppressWarnings("FutureReturnValueIgnored") // closed either way
    private void giveUp(ChannelHandlerContext context) {
        waiting = null;
        if (unanswered > 0) {
            startWaiting(context); // not into the middle of the answer to the request before
            return;
        }
        ChannelHandlerContext here = context.pipeline().context(this);
        if (here != null) {
            here.writeAndFlush(new DefaultFullHttpResponse(
                            HttpVersion.HTTP_1_1, HttpResponseStatus.REQUEST_TIMEOUT, Unpooled.EMPTY_BUFFER))
                    .addListener(ChannelFutureListener.CLOSE);
        }
    }
}
