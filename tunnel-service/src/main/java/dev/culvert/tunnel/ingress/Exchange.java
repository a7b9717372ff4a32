package dev.culvert.tunnel.ingress;

import dev.culvert.contracts.http.HeaderNames;
import dev.culvert.platform.correlation.Correlation;
import dev.culvert.platform.problem.ProblemException;
import dev.culvert.tunnel.session.TrafficMeter.Outcome;
import dev.culvert.tunnelprotocol.BackPressure;
import dev.culvert.tunnelprotocol.HttpTranslation;
import dev.culvert.tunnelprotocol.TunnelProtocol;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelOption;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2StreamChannel;
import io.netty.handler.codec.http2.Http2StreamFrame;
import org.jspecify.annotations.Nullable;

/**
 * One request of a caller, from its head to the last byte of the answer.
 *
 * <p>Two event loops take part. What comes from the caller is handled here, on the loop of the caller's connection. What
 * comes from the agent is handled by {@link AnswerRelay}, on the loop of the link, and once a stream is open only that side
 * writes to the caller. Each loop writes to the other's channel directly, which Netty queues in order and counts.
 */
@SuppressWarnings("FutureReturnValueIgnored") // Netty tells of failed writes by closing the channel
final class Exchange {
    private final Ingress ingress;
    private final Channel client;
    private final HttpRequest request;
    private final Runnable over;
    private final String requestId;
    private final boolean webSocket;
    private final boolean hasBody;
    private final Account account;

    /** Set before a stream is asked for, read by both loops afterwards. */
    private @Nullable WayToAgent way;

    // Loop of the caller's connection only.
    private final RequestBody body;
    private @Nullable Http2StreamChannel stream;
    private boolean pipe;

    private volatile boolean requestEnded;
    private volatile boolean closeAfter;

    /**
     * @param over called on the caller's loop when the connection may serve another request
     */
    Exchange(Ingress ingress, Channel client, HttpRequest request, Runnable over) {
        this.ingress = ingress;
        this.client = client;
        this.request = request;
        this.over = over;
        this.account = new Account(ingress.meter());
        this.body = new RequestBody(account, ingress.memory());
        this.requestId = Correlation.accept(request.headers().get(HeaderNames.CORRELATION_ID));
        this.webSocket = HttpMethod.GET.equals(request.method())
                && request.headers().contains(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET, true)
                && request.headers().containsValue(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE, true);
        this.hasBody = HttpUtil.isTransferEncodingChunked(request) || HttpUtil.getContentLength(request, 0L) > 0;
        this.closeAfter = !HttpUtil.isKeepAlive(request) || !isHttp11();
    }

    // From the caller; on the loop of its connection

    /** Starts with the head; the body waits until a stream is open. */
    void begin() {
        if (hasBody || webSocket) {
            client.config().setAutoRead(false);
        }
        try {
            TunnelPath path = TunnelPath.parse(request.uri()).orElseThrow(IngressProblems::unknownPath);
            WayToAgent sought = new WayToAgent(this, client, ingress, path);
            way = sought;
            sought.begin();
        } catch (ProblemException e) {
            refuse(e);
        }
    }

    /** Keeps what was sent of the body, as far as that is small, until the answer begins. */
    void keepBody() {
        body.keep();
    }

    /** The stream is no more, and there may be another one. */
    void onStreamLost() {
        stream = null;
    }

    /** Makes ready to send the request once more; false if its body is gone. */
    boolean rewind() {
        if (!body.rewind()) {
            return false;
        }
        if (hasBody && !requestEnded) {
            client.config().setAutoRead(false);
        }
        return true;
    }

    /** A stream to an agent is open and has got the head; on the loop of the caller's connection. */
    void onStreamOpen(Http2StreamChannel channel) {
        stream = channel;
        if (account.isEnded()) {
            StreamEnds.cancel(channel);
            body.release();
            return;
        }
        if (HttpUtil.is100ContinueExpected(request) && account.status() == 0) {
            client.writeAndFlush(new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.CONTINUE));
        }
        body.flowInto(channel);
        channel.flush();
        if (!webSocket) {
            client.config().setAutoRead(true);
        }
    }

    /** Whether body of this request is still to come. */
    boolean takesContent() {
        return !requestEnded && !pipe;
    }

    /** Whether reading has to wait until there is a stream to write to. */
    boolean holdsBodyBack() {
        return (hasBody || webSocket) && stream == null && !account.isEnded();
    }

    /** Whether bytes of the caller are no longer HTTP. */
    boolean isPipe() {
        return pipe;
    }

    void onContent(HttpContent content) {
        if (content.decoderResult().isFailure()) {
            content.release();
            requestEnded = true;
            breakOff(Outcome.CALLER_GONE);
            return;
        }
        boolean last = content instanceof LastHttpContent;
        if (last) {
            requestEnded = true;
        }
        if (account.isEnded() || !hasBody) {
            content.release();
            return;
        }
        if (content instanceof LastHttpContent end && !end.trailingHeaders().isEmpty()) {
            toStream(new DefaultHttp2DataFrame(content.content(), false));
            toStream(new DefaultHttp2HeadersFrame(HttpTranslation.trailersToHttp2(end.trailingHeaders()), true));
        } else {
            toStream(new DefaultHttp2DataFrame(content.content(), last));
        }
    }

    void onBytes(ByteBuf bytes) {
        if (account.isEnded()) {
            bytes.release();
            return;
        }
        toStream(new DefaultHttp2DataFrame(bytes, false));
    }

    private void toStream(Http2StreamFrame frame) {
        Http2StreamChannel open = stream;
        if (open == null) {
            body.add(frame);
        } else {
            body.send(frame, open);
        }
    }

    void onClientReadComplete() {
        Http2StreamChannel open = stream;
        if (open != null && !account.isEnded()) {
            open.flush();
            BackPressure.pauseIfFull(client, open);
        }
    }

    void onClientWritabilityChanged() {
        Http2StreamChannel open = stream;
        if (open != null) {
            BackPressure.resumeIfRoom(open, client);
        }
    }

    void onClientGone() {
        WayToAgent used = way;
        if (used != null) {
            used.onCallerGone();
        }
        Http2StreamChannel open = stream;
        if (pipe && open != null) {
            if (end(Outcome.COMPLETED)) {
                StreamEnds.endPipe(open);
            }
        } else if (end(Outcome.CALLER_GONE) && open != null) {
            StreamEnds.reset(open, ingress.cuttingOff().get() ? TunnelProtocol.WAY_LOST : Http2Error.CANCEL);
        }
        body.release();
    }

    // Answers; from the caller's loop before a stream is open, from the link's afterwards

    /** Answers with a problem instead of the local service. */
    void refuse(Throwable failure) {
        refuse(failure, Outcome.REFUSED);
    }

    void refuse(Throwable failure, Outcome outcome) {
        closeUnlessRequestEnded();
        FullHttpResponse response = ProblemResponses.of(
                ingress.problems(), failure, TunnelPath.withoutQuery(request.uri()), requestId, closesAfter());
        account.refused(response.status().code(), failure);
        WayToAgent used = way;
        if (outcome == Outcome.TIMED_OUT && used != null) {
            used.onSilence();
        }
        client.writeAndFlush(response).addListener(written -> onAnswered(written.isSuccess(), outcome));
    }

    /**
     * The connection ends with an answer that does not wait for the request: what is left of that is thrown away. Said in the
     * head (RFC 9112 §9.6), or the caller's next request would meet the end.
     */
    private void closeUnlessRequestEnded() {
        if (hasBody && !requestEnded) {
            closeAfter = true;
        }
    }

    /** Completes an answer's head for this hop. */
    HttpResponse decorate(HttpResponse response) {
        closeUnlessRequestEnded();
        account.answered(response.status().code(), response.headers());
        if (way().onAnswer() && hasBody) {
            client.eventLoop().execute(body::forget);
        }
        ForwardedHeaders.addVia(response.headers());
        response.headers().set(HeaderNames.CORRELATION_ID, requestId);
        if (!isHttp11()) {
            // No chunks in HTTP/1.0: the end of the connection ends the body.
            response.headers().remove(HttpHeaderNames.TRANSFER_ENCODING);
        }
        if (closesAfter()) {
            response.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        }
        return response;
    }

    /** The last byte of an answer has been written, or could not be. */
    void onAnswered(boolean written, Outcome outcome) {
        if (end(written ? outcome : Outcome.CALLER_GONE)) {
            client.eventLoop().execute(this::afterAnswer);
        }
    }

    private void afterAnswer() {
        body.release();
        if (closesAfter() && requestEnded) {
            client.close();
        } else {
            over.run();
        }
    }

    /** The caller may not have the rest of the answer, and is told why where that can be done. */
    void cut(ProblemException why) {
        breakOff(Outcome.CUT_OFF, () -> LastWord.say(client, ingress.problems(), why, request, requestId));
    }

    /** The answer cannot be completed: the caller must see that, and never a clean end. */
    void breakOff(Outcome outcome) {
        breakOff(outcome, () -> {});
    }

    private void breakOff(Outcome outcome, Runnable lastWord) {
        if (!end(outcome)) {
            return;
        }
        client.eventLoop().execute(() -> {
            lastWord.run();
            Http2StreamChannel open = stream;
            if (open != null) {
                StreamEnds.cancel(open);
            }
            // What the local service did send is the caller's; only the end is missing.
            client.flush();
            if (!isHttp11() && client.isActive()) {
                // Where the end of the connection is the end of the body, only a reset says that it is not.
                client.config().setOption(ChannelOption.SO_LINGER, 0);
            }
            client.close();
        });
    }

    /** The local service agreed to speak WebSocket: this connection becomes a pipe. */
    void becomePipe(HttpResponse switching) {
        if (client.eventLoop().inEventLoop()) {
            // At once: on a shared loop, what the local service says next is written without waiting for tasks.
            switchToPipe(switching);
        } else {
            client.eventLoop().execute(() -> switchToPipe(switching));
        }
    }

    private void switchToPipe(HttpResponse switching) {
        if (account.isEnded()) {
            return;
        }
        client.writeAndFlush(switching);
        pipe = true;
        client.pipeline().remove(HttpServerCodec.class);
        client.config().setAutoRead(true);
    }

    /** The agent's side of a pipe has ended. */
    void onPipeEnded() {
        end(Outcome.COMPLETED);
        client.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
    }

    // Accounts

    private boolean end(Outcome outcome) {
        if (!account.tryEnd()) {
            return false;
        }
        WayToAgent used = way;
        if (used != null) {
            used.end();
        }
        account.record(outcome);
        return true;
    }

    boolean isEnded() {
        return account.isEnded();
    }

    Account account() {
        return account;
    }

    /** How it gets to an agent; there once it has begun. */
    WayToAgent way() {
        WayToAgent sought = way;
        if (sought == null) {
            throw new IllegalStateException("Not begun");
        }
        return sought;
    }

    String requestId() {
        return requestId;
    }

    HttpRequest request() {
        return request;
    }

    boolean isWebSocket() {
        return webSocket;
    }

    boolean hasBody() {
        return hasBody;
    }

    /** Whether the loop of the link should let the caller send on. */
    boolean wantsContent() {
        return !requestEnded || pipe;
    }

    private boolean closesAfter() {
        return closeAfter || ingress.draining().get();
    }

    private boolean isHttp11() {
        return request.protocolVersion().compareTo(HttpVersion.HTTP_1_1) >= 0;
    }
}
