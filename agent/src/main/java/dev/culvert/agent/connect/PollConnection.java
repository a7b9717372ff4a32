package dev.culvert.agent.connect;

import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoop;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Requests one after the other, over a connection that is made anew whenever it is gone. All on one event loop; a request is
 * answered or fails before the next is made.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a write that fails closes the connection, which is heard of
final class PollConnection {
    private static final int MAX_ANSWER_BYTES = 1024 * 1024;

    private final EventLoop eventLoop;
    private final Connector connector;
    private final Server server;
    private final String key;
    private final String userAgent;
    private @Nullable Channel channel;
    private @Nullable Asked asked;

    PollConnection(EventLoop eventLoop, Connector connector, Server server, String key, String userAgent) {
        this.eventLoop = eventLoop;
        this.connector = connector;
        this.server = server;
        this.key = key;
        this.userAgent = userAgent;
    }

    /** An answer, whatever its status. */
    record Answer(int status, byte[] body, Duration retryAfter) {}

    private record Asked(Consumer<Answer> answered, Consumer<DialFailure> failed, ScheduledFuture<?> timeout) {}

    /**
     * Asks; exactly one of the two is told.
     *
     * @param path with its query, below the server's base
     * @param patience longest wait for the answer
     */
    void ask(
            HttpMethod method,
            String path,
            byte[] body,
            Duration patience,
            Consumer<Answer> answered,
            Consumer<DialFailure> failed) {
        if (asked != null) {
            throw new IllegalStateException("The request before is not answered");
        }
        ScheduledFuture<?> timeout = eventLoop.schedule(
                () -> fail(new DialFailure.NoAnswer("the server did not answer in time")),
                patience.toMillis(),
                TimeUnit.MILLISECONDS);
        asked = new Asked(answered, failed, timeout);
        FullHttpRequest request = request(method, path, body);
        Channel open = channel;
        if (open != null && open.isActive()) {
            open.writeAndFlush(request);
            return;
        }
        ChannelFuture connecting = connector.connect(eventLoop, MAX_ANSWER_BYTES, new Answers());
        channel = connecting.channel();
        connecting.addListener(connected -> {
            if (connected.isSuccess()) {
                connecting.channel().writeAndFlush(request);
            } else {
                request.release();
                if (connecting.channel().equals(channel)) { // else another request waits by now
                    fail(connector.unreachable(connected.cause()));
                }
            }
        });
    }

    private FullHttpRequest request(HttpMethod method, String path, byte[] body) {
        FullHttpRequest request =
                new DefaultFullHttpRequest(HttpVersion.HTTP_1_1, method, path, Unpooled.wrappedBuffer(body));
        request.headers()
                .set(HttpHeaderNames.HOST, server.base().getRawAuthority())
                .set(HttpHeaderNames.AUTHORIZATION, "Bearer " + key)
                .set(HttpHeaderNames.USER_AGENT, userAgent)
                .set(HttpHeaderNames.CACHE_CONTROL, HttpHeaderValues.NO_STORE);
        if (HttpMethod.POST.equals(method)) {
            request.headers()
                    .set(HttpHeaderNames.CONTENT_TYPE, HttpHeaderValues.APPLICATION_OCTET_STREAM)
                    .setInt(HttpHeaderNames.CONTENT_LENGTH, body.length);
        }
        return request;
    }

    /** Nobody waits for the answer any more, if one is on its way. */
    void cancel() {
        if (asked != null) {
            close();
        }
    }

    /** Ends the connection; nobody is told of an answer any more. */
    void close() {
        Asked open = asked;
        asked = null;
        if (open != null) {
            open.timeout.cancel(false);
        }
        Channel made = channel;
        if (made != null) {
            made.close();
        }
    }

    private void fail(DialFailure failure) {
        Asked open = asked;
        if (open != null) {
            close();
            open.failed.accept(failure);
        }
    }

    private final class Answers extends SimpleChannelInboundHandler<FullHttpResponse> {
        @Override
        protected void channelRead0(ChannelHandlerContext context, FullHttpResponse answer) {
            Asked open = asked;
            if (open == null || !context.channel().equals(channel)) {
                context.close();
                return;
            }
            asked = null;
            open.timeout.cancel(false);
            if (!HttpUtil.isKeepAlive(answer)) {
                context.close();
            }
            open.answered.accept(new Answer(
                    answer.status().code(), ByteBufUtil.getBytes(answer.content()), UpgradeHandler.retryAfter(answer)));
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            if (context.channel().equals(channel)) {
                fail(new DialFailure.NoAnswer("the server closed the connection before it answered"));
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            if (context.channel().equals(channel)) {
                Throwable root = cause.getCause() == null ? cause : cause.getCause();
                fail(new DialFailure.NoAnswer("connection to the server failed: " + root.getMessage()));
            }
            context.close();
        }
    }
}
