package dev.culvert.tunnel.ingress;

import dev.culvert.contracts.http.HeaderNames;
import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.platform.correlation.Correlation;
import dev.culvert.platform.problem.ProblemException;
import dev.culvert.tunnel.edge.AgentGate;
import dev.culvert.tunnel.edge.AgentGate.Entrance;
import dev.culvert.tunnel.edge.PolledLinks;
import dev.culvert.tunnel.peer.PeerGate;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One connection to the data port: starts an exchange for each request, one after the other, or lets an agent in. */
@SuppressWarnings("FutureReturnValueIgnored") // Netty tells of failed writes by closing the channel
final class RequestIntake extends ChannelInboundHandlerAdapter {
    private static final Duration KEEP_ALIVE = Duration.ofSeconds(75);

    /** How long the rest of a request that was answered early is read and thrown away, so that the answer is not lost. */
    private static final Duration LINGER = Duration.ofSeconds(3);

    private static final int MAX_PIPELINED = 1000;

    private final Ingress ingress;
    private final Channel client;
    private final Deque<Object> waiting = new ArrayDeque<>();
    private @Nullable Exchange current;
    private @Nullable PollCall poll;
    private @Nullable ScheduledFuture<?> idle;
    private boolean agentWaits;
    private boolean discarding;

    RequestIntake(Ingress ingress, Channel client) {
        this.ingress = ingress;
        this.client = client;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        // The connection is open already: its first bytes had to be seen to know that it speaks HTTP/1.1.
        closeWithout(KEEP_ALIVE);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        Exchange exchange = current;
        PollCall polled = poll;
        if (polled != null) {
            if (polled.takesContent() && message instanceof HttpContent content) {
                polled.onContent(content);
            } else {
                hold(message);
            }
        } else if (exchange != null && exchange.isPipe() && message instanceof ByteBuf bytes) {
            exchange.onBytes(bytes);
        } else if (exchange != null && exchange.takesContent() && message instanceof HttpContent content) {
            exchange.onContent(content);
        } else if (exchange != null) {
            hold(message);
        } else if (message instanceof HttpRequest request && !agentWaits && !discarding) {
            begin(ctx, request);
        } else {
            discard(message);
        }
    }

    /** A request behind one that is still being answered. */
    private void hold(Object message) {
        waiting.add(message);
        client.config().setAutoRead(false);
        if (waiting.size() > MAX_PIPELINED) {
            client.close();
        }
    }

    private void discard(Object message) {
        boolean end = discarding && message instanceof LastHttpContent;
        ReferenceCountUtil.release(message);
        if (end) {
            client.close();
        }
    }

    private void begin(ChannelHandlerContext ctx, HttpRequest request) {
        cancelIdle();
        if (request.decoderResult().isFailure()) {
            refuse(request, malformed(request.decoderResult().cause()));
        } else if (AgentGate.isFor(request)) {
            letIn(ctx, request);
        } else if (PolledLinks.areMeantBy(request)) {
            poll = new PollCall(ingress, client, request, this::onPolled);
        } else if (PeerGate.isFor(request)) {
            letPeerIn(ctx, request);
        } else if (PeerGate.isQuestion(request)) {
            ingress.peers()
                    .gate()
                    .prove(request)
                    .ifPresentOrElse(this::prove, () -> refuse(request, IngressProblems.unknownPath()));
        } else {
            Exchange exchange = new Exchange(ingress, client, request, this::onOver);
            current = exchange;
            exchange.begin();
        }
    }

    private static ProblemException malformed(Throwable cause) {
        return switch (cause) {
            case TooLongHttpLineException _ ->
                new ProblemException(ProblemCode.URI_TOO_LONG, "The request line is longer than 16 KiB.");
            case TooLongHttpHeaderException _ ->
                new ProblemException(ProblemCode.HEADERS_TOO_LARGE, "The headers are larger than 64 KiB.");
            default -> new ProblemException(ProblemCode.VALIDATION_ERROR, "The request is not well-formed HTTP.");
        };
    }

    /** Answers what never became an exchange, and closes: after a malformed head nothing that follows can be trusted. */
    private void refuse(HttpRequest request, Throwable failure) {
        discarding = true;
        String requestId = Correlation.accept(request.headers().get(HeaderNames.CORRELATION_ID));
        client.writeAndFlush(ProblemResponses.of(
                        ingress.problems(), failure, TunnelPath.withoutQuery(request.uri()), requestId, true))
                .addListener(ChannelFutureListener.CLOSE);
    }

    private void letIn(ChannelHandlerContext ctx, HttpRequest request) {
        agentWaits = true;
        try {
            if (ingress.gate().avoids(request)) {
                misdirected();
                return;
            }
            if (ingress.draining().get()) {
                throw IngressProblems.agentsElsewhere();
            }
            String token = Credentials.take(request.headers());
            ingress.gate()
                    .check(request, token)
                    .whenComplete((entrance, failure) ->
                            ctx.executor().execute(() -> onChecked(ctx, request, entrance, failure)));
        } catch (ProblemException e) {
            refuse(request, e);
        }
    }

    /** The agent is connected here already and looks for another replica: it dials again. */
    private void misdirected() {
        discarding = true;
        FullHttpResponse elsewhere =
                new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.MISDIRECTED_REQUEST);
        elsewhere
                .headers()
                .set(HttpHeaderNames.CONTENT_LENGTH, HttpHeaderValues.ZERO)
                .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        client.writeAndFlush(elsewhere).addListener(ChannelFutureListener.CLOSE);
    }

    private void prove(FullHttpResponse proof) {
        client.writeAndFlush(proof);
        closeWithout(KEEP_ALIVE);
    }

    /** Behind the rest of its request, which must not reach the pipeline of the link. */
    private void letPeerIn(ChannelHandlerContext ctx, HttpRequest request) {
        agentWaits = true;
        ctx.executor().execute(() -> {
            leaveTo(ctx.pipeline());
            if (!ingress.peers().gate().letIn(client, request)) {
                refuse(request, IngressProblems.unknownPath());
            }
        });
    }

    /** The connection is no caller's any more: what is for those alone goes out of the way of a link. */
    private void leaveTo(ChannelPipeline link) {
        link.remove(LastWord.NAME);
        link.remove(this);
    }

    private void onChecked(
            ChannelHandlerContext ctx, HttpRequest request, @Nullable Entrance entrance, @Nullable Throwable failure) {
        if (!client.isActive()) {
            return;
        }
        if (entrance == null) {
            refuse(request, failure == null ? new IllegalStateException("No answer of the gate") : failure);
            return;
        }
        leaveTo(ctx.pipeline());
        ingress.gate().upgrade(client, request, entrance);
    }

    /** The exchange has been answered; on this connection's loop. */
    private void onOver() {
        Exchange answered = current;
        current = null;
        if (!client.isActive()) {
            return;
        }
        if (answered != null && answered.takesContent()) {
            discarding = true;
            closeWithout(LINGER);
            client.config().setAutoRead(true);
            return;
        }
        goOn();
    }

    private void onPolled() {
        poll = null;
        if (client.isActive()) {
            goOn();
        }
    }

    private void goOn() {
        replay();
        if (current == null && poll == null) {
            closeWithout(KEEP_ALIVE);
        }
    }

    /** Hands on what was held, up to the end of the next request. */
    private void replay() {
        ChannelHandlerContext ctx = client.pipeline().context(this);
        while (!waiting.isEmpty()
                && (current == null || current.takesContent())
                && (poll == null || poll.takesContent())) {
            channelRead(ctx, waiting.poll());
        }
        if (waiting.isEmpty() && (current == null || !current.holdsBodyBack())) {
            client.config().setAutoRead(true);
        }
    }

    private void closeWithout(Duration request) {
        cancelIdle();
        idle = client.eventLoop().schedule(() -> client.close(), request.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void cancelIdle() {
        ScheduledFuture<?> planned = idle;
        if (planned != null) {
            planned.cancel(false);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        Exchange exchange = current;
        if (exchange != null) {
            exchange.onClientReadComplete();
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        Exchange exchange = current;
        if (exchange != null) {
            exchange.onClientWritabilityChanged();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        leave();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        leave();
    }

    private void leave() {
        cancelIdle();
        Exchange exchange = current;
        current = null;
        if (exchange != null) {
            exchange.onClientGone();
        }
        PollCall polled = poll;
        poll = null;
        if (polled != null) {
            polled.onClientGone();
        }
        Object message;
        while ((message = waiting.poll()) != null) {
            ReferenceCountUtil.release(message);
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event == DataPortServer.Event.DRAIN && current == null && poll == null && !agentWaits) {
            client.close();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        // The connection broke; everything else is answered where it happens.
        ctx.close();
    }
}
