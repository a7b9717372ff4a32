package dev.culvert.tunnel.endpoint;

import dev.culvert.tunnel.session.AgentSession;
import dev.culvert.tunnelprotocol.TunnelProtocol;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.DefaultHttp2ResetFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2StreamChannel;
import io.netty.util.ReferenceCountUtil;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * Asks a local service through its tunnel whether it is there: a HEAD, as requirement R4.2 has it. On the loop of the link. It
 * is no request of a caller, so it is neither metered nor shown.
 */
@SuppressWarnings("FutureReturnValueIgnored") // Netty tells of failed writes by closing the channel
final class HealthProbe extends ChannelInboundHandlerAdapter {
    private static final String USER_AGENT = "culvert-health-check/1";
    private static final int LOWEST_SERVER_ERROR = 500;
    private static final int NOT_IMPLEMENTED = 501;
    private static final int LOWEST_ERROR = 400;

    private final Optional<String> path;
    private final CompletableFuture<Optional<String>> verdict = new CompletableFuture<>();

    private HealthProbe(Optional<String> path) {
        this.path = path;
    }

    /**
     * Asks.
     *
     * @param path to ask for, which wants a 2xx or 3xx; without one any answer of a server that works will do
     * @return empty if all is well, else a word that says what is not; fails if the agent could not be asked
     */
    static CompletableFuture<Optional<String>> ask(AgentSession session, Optional<String> path, Duration atMost) {
        HealthProbe probe = new HealthProbe(path);
        session.link().open(probe).addListener(opened -> {
            if (opened.isSuccess()) {
                probe.send((Http2StreamChannel) opened.getNow(), atMost);
            } else {
                probe.verdict.completeExceptionally(opened.cause());
            }
        });
        return probe.verdict;
    }

    private void send(Http2StreamChannel stream, Duration atMost) {
        Http2Headers head = new DefaultHttp2Headers()
                .method(HttpMethod.HEAD.asciiName())
                .scheme("http")
                .authority("health-check")
                .path(path.orElse("/"))
                .set("user-agent", USER_AGENT)
                .set("accept", "*/*");
        stream.writeAndFlush(new DefaultHttp2HeadersFrame(head, true));
        stream.eventLoop()
                .schedule(() -> verdict.complete(Optional.of("timeout")), atMost.toMillis(), TimeUnit.MILLISECONDS);
        verdict.whenComplete((_, _) -> stream.eventLoop().execute(() -> end(stream)));
    }

    /** What it still has to say is of no interest. */
    private static void end(Http2StreamChannel stream) {
        if (stream.isActive()) {
            stream.writeAndFlush(new DefaultHttp2ResetFrame(Http2Error.CANCEL))
                    .addListener(ChannelFutureListener.CLOSE);
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object frame) {
        if (frame instanceof Http2HeadersFrame answer) {
            verdict.complete(judge(answer.headers()));
        }
        ReferenceCountUtil.release(frame);
    }

    private Optional<String> judge(Http2Headers answer) {
        CharSequence failure = answer.get(TunnelProtocol.FAILURE_HEADER);
        if (failure != null) {
            return Optional.of(failure.toString());
        }
        String word = String.valueOf(answer.status());
        int status = word.matches("[1-5][0-9]{2}") ? Integer.parseInt(word) : LOWEST_SERVER_ERROR;
        boolean well =
                path.isPresent() ? status < LOWEST_ERROR : status < LOWEST_SERVER_ERROR || status == NOT_IMPLEMENTED;
        return well ? Optional.empty() : Optional.of("status_" + status);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        // A reset is followed by the end of the stream, which says all.
        ReferenceCountUtil.release(event);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        if (ctx.channel().parent().isActive()) {
            verdict.complete(Optional.of("broken_off"));
        } else {
            verdict.completeExceptionally(new ClosedChannelException());
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        ctx.close();
    }
}
