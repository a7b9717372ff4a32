package dev.culvert.agent.connect;

import io.netty.buffer.ByteBufInputStream;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.websocketx.WebSocketClientHandshaker;
import io.netty.handler.codec.http.websocketx.WebSocketHandshakeException;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Sends the upgrade, waits for the answer, and leaves the pipeline to the link. */
@SuppressWarnings("FutureReturnValueIgnored") // Netty tells of failed writes by closing the channel
final class UpgradeHandler extends SimpleChannelInboundHandler<FullHttpResponse> {
    private static final Duration TIMEOUT = Duration.ofSeconds(15);

    private final WebSocketClientHandshaker handshaker;
    private final Consumer<Channel> upgraded;
    private final Consumer<DialFailure> failed;
    private @Nullable ScheduledFuture<?> timeout;
    private boolean decided;

    UpgradeHandler(WebSocketClientHandshaker handshaker, Consumer<Channel> upgraded, Consumer<DialFailure> failed) {
        this.handshaker = handshaker;
        this.upgraded = upgraded;
        this.failed = failed;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        handshaker.handshake(ctx.channel());
        timeout = ctx.executor()
                .schedule(
                        () -> fail(ctx, new DialFailure.NoAnswer("the server did not answer in time")),
                        TIMEOUT.toMillis(),
                        TimeUnit.MILLISECONDS);
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, FullHttpResponse answer) {
        if (answer.status().equals(HttpResponseStatus.MISDIRECTED_REQUEST)) {
            fail(ctx, new DialFailure.Elsewhere());
            return;
        }
        if (!answer.status().equals(HttpResponseStatus.SWITCHING_PROTOCOLS)) {
            ProblemBody problem = ProblemBody.read(new ByteBufInputStream(answer.content()));
            fail(
                    ctx,
                    new DialFailure.Refused(
                            answer.status().code(), problem.code(), problem.detail(), retryAfter(answer)));
            return;
        }
        Channel channel = ctx.channel();
        try {
            handshaker.finishHandshake(channel, answer);
        } catch (WebSocketHandshakeException e) {
            fail(
                    ctx,
                    new DialFailure.Refused(
                            HttpResponseStatus.UPGRADE_REQUIRED.code(),
                            "",
                            "the server speaks another version of the tunnel protocol",
                            Duration.ZERO));
            return;
        }
        decide();
        channel.pipeline().remove(this);
        upgraded.accept(channel);
    }

    /** What the server asked us to wait; zero if nothing. */
    static Duration retryAfter(FullHttpResponse answer) {
        String value = answer.headers().get(HttpHeaderNames.RETRY_AFTER);
        if (value == null) {
            return Duration.ZERO;
        }
        try {
            Duration asked = Duration.ofSeconds(Math.max(0, Long.parseLong(value.trim())));
            return asked.compareTo(DialFailure.LONGEST_RETRY_AFTER) > 0 ? DialFailure.LONGEST_RETRY_AFTER : asked;
        } catch (NumberFormatException e) {
            // The date form (RFC 9110 §10.2.3) would need the server's clock; our own back-off is as good.
            return Duration.ZERO;
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        fail(ctx, new DialFailure.NoAnswer("the server closed the connection before it answered"));
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        Throwable root = cause.getCause() == null ? cause : cause.getCause();
        fail(ctx, new DialFailure.NoAnswer("connection to the server failed: " + root.getMessage()));
    }

    private void fail(ChannelHandlerContext ctx, DialFailure failure) {
        if (!decided) {
            decide();
            ctx.close();
            failed.accept(failure);
        }
    }

    private void decide() {
        decided = true;
        ScheduledFuture<?> planned = timeout;
        if (planned != null) {
            planned.cancel(false);
        }
    }
}
