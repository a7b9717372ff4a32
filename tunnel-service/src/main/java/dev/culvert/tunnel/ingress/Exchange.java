package dev.culvert.tunnel.ingress;

import dev.culvert.contracts.http.HeaderNames;
import dev.culvert.platform.correlation.Correlation;
import dev.culvert.platform.problem.ProblemException;
import dev.culvert.tunnel.edge.ClientAddress;
import dev.culvert.tunnel.peer.Peers.Passed;
import dev.culvert.tunnel.session.Admission.Admitted;
import dev.culvert.tunnel.session.AgentSession;
import dev.culvert.tunnel.session.Grant;
import dev.culvert.tunnel.session.Guest;
import dev.culvert.tunnel.session.Guests;
import dev.culvert.tunnel.session.RequestStart;
import dev.culvert.tunnel.session.TrafficMeter.Outcome;
import dev.culvert.tunnel.session.TrafficMeter.Protocol;
import dev.culvert.tunnel.session.TunnelDirectory.Resolution;
import dev.culvert.tunnelprotocol.BackPressure;
import dev.culvert.tunnelprotocol.HttpTranslation;
import dev.culvert.tunnelprotocol.OriginFailure;
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
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2StreamChannel;
import io.netty.handler.codec.http2.Http2StreamFrame;
import java.util.UUID;
import java.util.function.Predicate;
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

    // Set before a stream is asked for, read by both loops afterwards.
    private @Nullable TunnelPath path;
    private @Nullable Reservation reservation;
    private volatile Guests.@Nullable Stay stay;
    private @Nullable Dispatch dispatch;
    private @Nullable Continuation continuation;

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
            TunnelPath parsed = TunnelPath.parse(request.uri()).orElseThrow(IngressProblems::unknownPath);
            path = parsed;
            Door.admit(ingress, client, request, parsed).whenComplete((answer, failure) -> {
                if (client.eventLoop().inEventLoop()) {
                    onAdmission(answer, failure);
                } else {
                    client.eventLoop().execute(() -> onAdmission(answer, failure));
                }
            });
        } catch (ProblemException e) {
            refuse(e);
        }
    }

    private void onAdmission(@Nullable Admitted answer, @Nullable Throwable failure) {
        if (account.isEnded()) {
            return;
        }
        if (answer == null) {
            refuse(Door.reason(failure, this::follow));
            return;
        }
        follow(answer);
        try {
            Resolution.Found found = Door.found(answer);
            welcome(answer, found);
            Reservation taken = Reservation.take(ingress, found.tunnelId(), found.maxConnections());
            reservation = taken;
            if (account.isEnded()) {
                taken.release(); // the guest's right was withdrawn in this moment
                return;
            }
            find(answer, found);
        } catch (RuntimeException e) {
            refuse(e);
        }
    }

    /** From now on the request is measured. */
    private void follow(Admitted answer) {
        Resolution.Found found = Door.found(answer);
        account.begin(new RequestStart(
                UUID.randomUUID(),
                found.tunnelId(),
                found.tenantId(),
                answer.caller().userId(),
                webSocket ? Protocol.WEBSOCKET : Protocol.HTTP_1_1,
                requestId,
                request.method().name(),
                path().forwarded(),
                request.headers(),
                account.startedAt(),
                found.grant(),
                new Resumption(
                                request.headers(),
                                found.tunnelId(),
                                answer.caller().userId())
                        .part()));
    }

    /** From now on the request ends with the right of who sent it. */
    private void welcome(Admitted answer, Resolution.Found found) {
        if (found.grant().kind() != Grant.Kind.OWNER) {
            Guest guest = new Guest(
                    answer.caller(),
                    found,
                    ClientAddress.textOf(client, request),
                    request.headers().get(HttpHeaderNames.USER_AGENT, ""));
            Guests.Stay entered = ingress.admission().guests().enter(guest, this::cut);
            stay = entered;
            if (account.isEnded()) {
                entered.end(); // cut before it was known here
            }
        }
    }

    private Passed passed(Admitted answer, Resolution.Found found, Resumption known) {
        Http2Headers head = ForwardedHeaders.head(request, client, path(), webSocket, requestId);
        if (!webSocket && Reattachment.isPossible(ingress, found.tunnelId())) {
            head.set(TunnelProtocol.RESUME_KEY_HEADER, known.key());
        }
        return new Passed(path().name(), answer.token(), head, !hasBody && !webSocket);
    }

    private void find(Admitted answer, Resolution.Found found) {
        Resumption known = new Resumption(
                request.headers(), found.tunnelId(), answer.caller().userId());
        Passed passed = passed(answer, found, known);
        Continuation possible = new Continuation(this, client, ingress, found, known, passed);
        continuation = possible;
        if (known.rest().isPresent()) {
            possible.begin(known.rest().get());
        } else {
            Dispatch first = new Dispatch(this, client, ingress, found, passed);
            dispatch = first;
            if (hasBody && first.mayMove()) {
                body.keep();
            }
            first.next();
        }
    }

    /** How the answer can go on when the connection it comes over is lost; there once a stream is asked for. */
    Continuation continuation() {
        Continuation known = continuation;
        if (known == null) {
            throw new IllegalStateException("Not admitted");
        }
        return known;
    }

    /** The agent's connection ended before an answer began: another one may get the request, if that can do no harm. */
    void onAgentLost() {
        goOn(Dispatch::again, IngressProblems.agentLost());
    }

    /** The agent has no answer of its local service: another endpoint may. */
    void onOriginFailed(OriginFailure failure) {
        Dispatch used = dispatch;
        ProblemException problem = IngressProblems.originFailed(failure);
        if (used != null && used.mayMove()) {
            goOn(way -> way.onOriginFailure(failure), problem);
        } else {
            refuse(problem);
        }
    }

    private void goOn(Predicate<Dispatch> elsewhere, ProblemException otherwise) {
        Dispatch used = dispatch;
        client.eventLoop().execute(() -> {
            stream = null;
            if (used == null || !elsewhere.test(used)) {
                refuse(otherwise);
            }
        });
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

    /** Counts the request into a session, out of the one before; null for none here. */
    void countInto(@Nullable AgentSession session) {
        reservation().on(session);
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
        Dispatch used = dispatch;
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
        if (hasBody && !requestEnded) {
            closeAfter = true;
        }
        FullHttpResponse response = ProblemResponses.of(
                ingress.problems(), failure, TunnelPath.withoutQuery(request.uri()), requestId, closesAfter());
        account.refused(response.status().code(), failure);
        Dispatch used = dispatch;
        if (outcome == Outcome.TIMED_OUT && used != null) {
            used.onSilence();
        }
        client.writeAndFlush(response).addListener(written -> onAnswered(written.isSuccess(), outcome));
    }

    /** Completes an answer's head for this hop. */
    HttpResponse decorate(HttpResponse response) {
        account.answered(response.status().code(), response.headers());
        Dispatch used = dispatch;
        if (used != null && used.onAnswer() && hasBody) {
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
    private void cut(ProblemException why) {
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
        Reservation taken = reservation;
        if (taken != null) {
            taken.release();
        }
        account.record(outcome);
        Guests.Stay stayed = stay;
        if (stayed != null) {
            stayed.end();
        }
        return true;
    }

    boolean isEnded() {
        return account.isEnded();
    }

    Account account() {
        return account;
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

    private TunnelPath path() {
        TunnelPath known = path;
        if (known == null) {
            throw new IllegalStateException("Not begun");
        }
        return known;
    }

    private Reservation reservation() {
        Reservation taken = reservation;
        if (taken == null) {
            throw new IllegalStateException("Nothing reserved");
        }
        return taken;
    }
}
