package dev.culvert.tunnel.ingress;

import dev.culvert.contracts.http.HeaderNames;
import dev.culvert.tunnel.ingress.Resumption.Rest;
import dev.culvert.tunnel.peer.PeerProtocol;
import dev.culvert.tunnel.session.TrafficMeter.Outcome;
import dev.culvert.tunnel.session.TunnelDirectory.Resolution;
import dev.culvert.tunnelprotocol.BackPressure;
import dev.culvert.tunnelprotocol.HttpTranslation;
import dev.culvert.tunnelprotocol.OriginFailure;
import dev.culvert.tunnelprotocol.TunnelProtocol;
import dev.culvert.tunnelprotocol.WindowGrowth;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2ResetFrame;
import io.netty.handler.codec.http2.Http2StreamChannel;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Passes the answer of an agent to the caller; one for each stream, on the loop of its link. */
@SuppressWarnings("FutureReturnValueIgnored") // Netty tells of failed writes by closing the channel
final class AnswerRelay extends ChannelInboundHandlerAdapter {
    /** Up to about eleven days. */
    private static final Pattern MICROS = Pattern.compile("[0-9]{1,12}");

    private final Exchange exchange;
    private final Channel client;
    private final Ingress ingress;
    private final Duration firstByteTimeout;
    private final Duration idleTimeout;

    private @Nullable ChannelHandlerContext context;
    private @Nullable WindowGrowth growth;
    private @Nullable ScheduledFuture<?> watch;
    private boolean started;
    private boolean complete;
    private boolean pipe;
    private final boolean mayCompress;
    private @Nullable AnswerCompression compression;
    private @Nullable String keptBy;
    private long received;
    private boolean brokenOff;
    private boolean awaitsRest;
    private boolean isRest;

    AnswerRelay(Exchange exchange, Channel client, Ingress ingress, Resolution.Found found) {
        this.exchange = exchange;
        this.client = client;
        this.ingress = ingress;
        Duration ofTunnel = found.idleTimeout();
        this.firstByteTimeout = ofTunnel == null ? ingress.firstByteTimeout() : ofTunnel;
        this.idleTimeout = ofTunnel == null ? ingress.idleTimeout() : ofTunnel;
        this.mayCompress = found.compression();
    }

    private AnswerRelay(AnswerRelay before) {
        this.exchange = before.exchange;
        this.client = before.client;
        this.ingress = before.ingress;
        this.firstByteTimeout = before.firstByteTimeout;
        this.idleTimeout = before.idleTimeout;
        this.mayCompress = before.mayCompress;
        this.compression = before.compression;
        this.keptBy = before.keptBy;
        this.received = before.received;
        this.started = true;
        this.awaitsRest = true;
    }

    /** One that goes on where this one was left, on a stream with the rest of the answer. */
    AnswerRelay successor() {
        return new AnswerRelay(this);
    }

    /** The answer is one from this offset of another answer on. */
    AnswerRelay startingAt(long offset) {
        received = offset;
        isRest = true;
        return this;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
        growth = new WindowGrowth((Http2StreamChannel) ctx.channel(), ingress.streamWindowBytes(), ingress.memory());
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object frame) {
        if (exchange.isEnded()) {
            ReferenceCountUtil.release(frame);
            return;
        }
        switch (frame) {
            case Http2HeadersFrame head when !started -> onHead(head);
            case Http2HeadersFrame head when awaitsRest -> onRest(head);
            case Http2HeadersFrame trailers -> {
                LastHttpContent last = new DefaultLastHttpContent(packed(Unpooled.EMPTY_BUFFER, true));
                last.trailingHeaders().set(HttpTranslation.trailersToHttp1(trailers.headers()));
                writeLast(last);
            }
            case Http2DataFrame data -> onData(data);
            default -> ReferenceCountUtil.release(frame);
        }
    }

    /** The caller has the head of the answer; this one only says whether the agent has the rest. */
    private void onRest(Http2HeadersFrame frame) {
        awaitsRest = false;
        if (!frame.headers().contains(TunnelProtocol.KEPT_BY_HEADER)) {
            exchange.breakOff(Outcome.CUT_OFF);
        }
    }

    private void onHead(Http2HeadersFrame frame) {
        started = true;
        exchange.account().answerArrived(localTime(frame));
        CharSequence failure = frame.headers().get(TunnelProtocol.FAILURE_HEADER);
        if (failure != null && PeerProtocol.AGENT_LOST.contentEquals(failure)) {
            complete = true;
            exchange.way().onAgentLost();
            return;
        }
        if (failure != null) {
            complete = true;
            OriginFailure.fromWireName(failure)
                    .ifPresentOrElse(
                            exchange.way()::onOriginFailed, () -> exchange.refuse(IngressProblems.brokenAnswer()));
            return;
        }
        boolean hasBody = !frame.isEndStream();
        if (exchange.isWebSocket()
                && HttpResponseStatus.OK
                        .codeAsText()
                        .contentEquals(frame.headers().status())) {
            pipe = true;
            exchange.becomePipe(switchingProtocols(frame));
            return;
        }
        HttpResponse response = exchange.decorate(HttpTranslation.toHttp1Response(frame.headers(), hasBody));
        if (!hasBody && needsLength(response)) {
            response.headers().set(HttpHeaderNames.CONTENT_LENGTH, HttpHeaderValues.ZERO);
        }
        if (hasBody && mayCompress) {
            compression = AnswerCompression.begin(exchange.request(), response);
        }
        CharSequence keeper = frame.headers().get(TunnelProtocol.KEPT_BY_HEADER);
        if (hasBody && keeper != null) {
            keptBy = keeper.toString();
            if (compression == null && exchange.way().continuation().wantedByGateway()) {
                response.headers().set(HeaderNames.RESUME_AGENT, keeper);
            }
        }
        client.write(response);
        if (!hasBody) {
            writeLast(LastHttpContent.EMPTY_LAST_CONTENT);
        }
    }

    /** What the agent says the local service took; nothing where it says nothing that could be. */
    private static @Nullable Duration localTime(Http2HeadersFrame frame) {
        CharSequence micros = frame.headers().get(TunnelProtocol.LOCAL_MICROS_HEADER);
        return micros == null || !MICROS.matcher(micros).matches()
                ? null
                : Duration.of(Long.parseLong(micros, 0, micros.length(), 10), ChronoUnit.MICROS);
    }

    private boolean needsLength(HttpResponse response) {
        return !response.headers().contains(HttpHeaderNames.CONTENT_LENGTH)
                && !response.status().equals(HttpResponseStatus.NO_CONTENT)
                && !response.status().equals(HttpResponseStatus.NOT_MODIFIED)
                && !HttpMethod.HEAD.equals(exchange.request().method());
    }

    /** The handshake of the outer hop, with the key the caller sent (RFC 6455 §4.2.2). */
    private HttpResponse switchingProtocols(Http2HeadersFrame frame) {
        HttpResponse switching = HttpTranslation.toHttp1Response(frame.headers(), false);
        switching.setStatus(HttpResponseStatus.SWITCHING_PROTOCOLS);
        HttpResponse response = exchange.decorate(switching);
        String key = exchange.request().headers().get(HttpHeaderNames.SEC_WEBSOCKET_KEY, "");
        response.headers()
                .remove(HttpHeaderNames.CONTENT_LENGTH)
                .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE)
                .set(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET)
                .set(HttpHeaderNames.SEC_WEBSOCKET_ACCEPT, WebSocketKey.accept(key));
        return response;
    }

    private void onData(Http2DataFrame data) {
        int size = data.content().readableBytes();
        received += size;
        exchange.account().movedOut(data.content());
        WindowGrowth window = growth;
        if (window != null && !data.isEndStream()) {
            window.passed(size);
        }
        if (pipe) {
            client.write(data.content());
            if (data.isEndStream()) {
                complete = true;
                exchange.onPipeEnded();
            }
        } else if (data.isEndStream()) {
            writeLast(new DefaultLastHttpContent(packed(data.content(), true)));
        } else {
            client.write(new DefaultHttpContent(packed(data.content(), false)));
        }
    }

    private ByteBuf packed(ByteBuf content, boolean last) {
        AnswerCompression packing = compression;
        return packing == null ? content : packing.add(client.alloc(), content, last);
    }

    private void writeLast(LastHttpContent last) {
        complete = true;
        client.writeAndFlush(last).addListener(written -> exchange.onAnswered(written.isSuccess(), Outcome.COMPLETED));
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        client.flush();
        BackPressure.pauseIfFull(ctx.channel(), client);
        if (exchange.isEnded()) {
            // Nobody will make room any more, and a stream that is not read never ends.
            ctx.channel().config().setAutoRead(true);
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        if (exchange.wantsContent() && !exchange.isEnded()) {
            BackPressure.resumeIfRoom(client, ctx.channel());
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof Http2ResetFrame reset) {
            // The end of the stream follows; this is only whose doing it is.
            brokenOff = Http2Error.valueOf(reset.errorCode()) != TunnelProtocol.WAY_LOST;
        }
        ReferenceCountUtil.release(event);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        stopWatching();
        WindowGrowth window = growth;
        if (window != null) {
            window.ended();
        }
        String keeper = keptBy;
        if (keeper != null
                && !brokenOff
                && !complete
                && !awaitsRest
                && !exchange.isEnded()
                && exchange.way().continuation().after(this, new Rest(keeper, received))) {
            return;
        }
        endCompression();
        if (complete || exchange.isEnded()) {
            return;
        }
        if (started) {
            exchange.breakOff(Outcome.CUT_OFF);
        } else {
            started = true;
            complete = true;
            if (ctx.channel().parent().isActive() && !isRest) {
                exchange.refuse(IngressProblems.brokenAnswer());
            } else {
                // An agent that has no rest of an answer says so: one that says nothing was not reached.
                exchange.way().onAgentLost();
            }
        }
    }

    void endCompression() {
        AnswerCompression packing = compression;
        if (packing != null) {
            packing.end();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        ctx.close();
    }

    // Time

    /** Starts to watch for silence. */
    void watch() {
        watchAgainIn((started ? idleTimeout : firstByteTimeout).toNanos());
    }

    private void watchAgainIn(long nanos) {
        ChannelHandlerContext ctx = context;
        if (ctx != null && ctx.channel().isActive()) {
            watch = ctx.executor().schedule(this::checkSilence, nanos, TimeUnit.NANOSECONDS);
        }
    }

    private void checkSilence() {
        if (complete || pipe || exchange.isEnded()) {
            return;
        }
        long allowed = (started ? idleTimeout : firstByteTimeout).toNanos();
        long silent = exchange.account().silentNanos();
        if (silent < allowed) {
            watchAgainIn(allowed - silent);
        } else if (started) {
            exchange.breakOff(Outcome.TIMED_OUT);
        } else {
            started = true;
            complete = true;
            exchange.refuse(IngressProblems.idleTooLong(), Outcome.TIMED_OUT);
            ChannelHandlerContext ctx = context;
            if (ctx != null) {
                StreamEnds.cancel((Http2StreamChannel) ctx.channel());
            }
        }
    }

    private void stopWatching() {
        ScheduledFuture<?> planned = watch;
        if (planned != null) {
            planned.cancel(false);
        }
    }
}
