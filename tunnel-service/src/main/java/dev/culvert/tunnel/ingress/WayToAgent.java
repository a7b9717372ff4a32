package dev.culvert.tunnel.ingress;

import dev.culvert.platform.problem.ProblemException;
import dev.culvert.tunnel.edge.ClientAddress;
import dev.culvert.tunnel.peer.Peers.Passed;
import dev.culvert.tunnel.session.Admission.Admitted;
import dev.culvert.tunnel.session.AgentSession;
import dev.culvert.tunnel.session.Grant;
import dev.culvert.tunnel.session.Guest;
import dev.culvert.tunnel.session.Guests;
import dev.culvert.tunnel.session.RequestStart;
import dev.culvert.tunnel.session.TrafficMeter.Protocol;
import dev.culvert.tunnel.session.TunnelDirectory.Resolution;
import dev.culvert.tunnelprotocol.OriginFailure;
import dev.culvert.tunnelprotocol.TunnelProtocol;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http2.Http2Headers;
import java.util.UUID;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * How one request gets to an agent: who sends it is let in, room is taken for it, and an agent is looked for; another one where
 * the first was lost, while that can do no harm. What was taken is given back at the end. On the loop of the caller's
 * connection, unless said otherwise.
 */
@SuppressWarnings("FutureReturnValueIgnored") // what comes of the admission is told to the caller
final class WayToAgent {
    private final Exchange exchange;
    private final Channel client;
    private final Ingress ingress;
    private final HttpRequest request;
    private final TunnelPath path;

    // Set before a stream is asked for, read by both loops afterwards.
    private @Nullable Reservation reservation;
    private volatile Guests.@Nullable Stay stay;
    private @Nullable Dispatch dispatch;
    private @Nullable Continuation continuation;

    WayToAgent(Exchange exchange, Channel client, Ingress ingress, TunnelPath path) {
        this.exchange = exchange;
        this.client = client;
        this.ingress = ingress;
        this.request = exchange.request();
        this.path = path;
    }

    // In

    /**
     * Asks whether the request may come in, and goes on from there.
     *
     * @throws ProblemException if it shows nothing that could be asked about
     */
    void begin() {
        Door.admit(ingress, client, request, path).whenComplete((answer, failure) -> {
            if (client.eventLoop().inEventLoop()) {
                onAdmission(answer, failure);
            } else {
                client.eventLoop().execute(() -> onAdmission(answer, failure));
            }
        });
    }

    private void onAdmission(@Nullable Admitted answer, @Nullable Throwable failure) {
        if (exchange.isEnded()) {
            return;
        }
        if (answer == null) {
            exchange.refuse(Door.reason(failure, this::follow));
            return;
        }
        follow(answer);
        try {
            Resolution.Found found = Door.found(answer);
            welcome(answer, found);
            Reservation taken = Reservation.take(ingress, found.tunnelId(), found.maxConnections());
            reservation = taken;
            if (exchange.isEnded()) {
                taken.release(); // the guest's right was withdrawn in this moment
                return;
            }
            find(answer, found);
        } catch (RuntimeException e) {
            exchange.refuse(e);
        }
    }

    /** From now on the request is measured. */
    private void follow(Admitted answer) {
        Resolution.Found found = Door.found(answer);
        exchange.account()
                .begin(new RequestStart(
                        UUID.randomUUID(),
                        found.tunnelId(),
                        found.tenantId(),
                        answer.caller().userId(),
                        exchange.isWebSocket() ? Protocol.WEBSOCKET : Protocol.HTTP_1_1,
                        exchange.requestId(),
                        request.method().name(),
                        path.forwarded(),
                        request.headers(),
                        exchange.account().startedAt(),
                        found.grant(),
                        resumption(answer, found).part()));
    }

    private Resumption resumption(Admitted answer, Resolution.Found found) {
        return new Resumption(
                request.headers(), found.tunnelId(), answer.caller().userId());
    }

    /** From now on the request ends with the right of who sent it. */
    private void welcome(Admitted answer, Resolution.Found found) {
        if (found.grant().kind() != Grant.Kind.OWNER) {
            Guest guest = new Guest(
                    answer.caller(),
                    found,
                    ClientAddress.textOf(client, request),
                    request.headers().get(HttpHeaderNames.USER_AGENT, ""));
            Guests.Stay entered = ingress.admission().guests().enter(guest, exchange::cut);
            stay = entered;
            if (exchange.isEnded()) {
                entered.end(); // cut before it was known here
            }
        }
    }

    // To an agent

    private void find(Admitted answer, Resolution.Found found) {
        Resumption known = resumption(answer, found);
        Passed passed = passed(answer, found, known);
        Continuation possible = new Continuation(exchange, client, ingress, found, known, passed);
        continuation = possible;
        if (known.rest().isPresent()) {
            possible.begin(known.rest().get());
        } else {
            Dispatch first = new Dispatch(exchange, client, ingress, found, passed);
            dispatch = first;
            if (exchange.hasBody() && first.mayMove()) {
                exchange.keepBody();
            }
            first.next();
        }
    }

    private Passed passed(Admitted answer, Resolution.Found found, Resumption known) {
        boolean webSocket = exchange.isWebSocket();
        Http2Headers head = ForwardedHeaders.head(request, client, path, webSocket, exchange.requestId());
        if (!webSocket && Reattachment.isPossible(ingress, found.tunnelId())) {
            head.set(TunnelProtocol.RESUME_KEY_HEADER, known.key());
        }
        return new Passed(path.name(), answer.token(), head, !exchange.hasBody() && !webSocket);
    }

    /** Counts the request into a session, out of the one before; null for none here. */
    void countInto(@Nullable AgentSession session) {
        Reservation taken = reservation;
        if (taken == null) {
            throw new IllegalStateException("Nothing reserved");
        }
        taken.on(session);
    }

    /** How the answer can go on when the connection it comes over is lost; there once a stream is asked for. */
    Continuation continuation() {
        Continuation known = continuation;
        if (known == null) {
            throw new IllegalStateException("Not admitted");
        }
        return known;
    }

    // What becomes of it there; on the loop of the link

    /** The agent's connection ended before an answer began: another one may get the request, if that can do no harm. */
    void onAgentLost() {
        goOn(Dispatch::again, IngressProblems.agentLost());
    }

    /** The agent has no answer of its local service: another endpoint may. */
    void onOriginFailed(OriginFailure failure) {
        Dispatch used = dispatch;
        ProblemException problem = IngressProblems.originFailed(failure);
        if (used != null && used.mayMove()) {
            goOn(sought -> sought.onOriginFailure(failure), problem);
        } else {
            exchange.refuse(problem);
        }
    }

    private void goOn(Predicate<Dispatch> elsewhere, ProblemException otherwise) {
        Dispatch used = dispatch;
        client.eventLoop().execute(() -> {
            exchange.onStreamLost();
            if (used == null || !elsewhere.test(used)) {
                exchange.refuse(otherwise);
            }
        });
    }

    /**
     * The local service answers.
     *
     * @return whether the request could have gone elsewhere, which it will not any more
     */
    boolean onAnswer() {
        Dispatch used = dispatch;
        return used != null && used.onAnswer();
    }

    /** The local service was silent for too long. */
    void onSilence() {
        Dispatch used = dispatch;
        if (used != null) {
            used.onSilence();
        }
    }

    // Ends

    /** The caller has left. */
    void onCallerGone() {
        Dispatch used = dispatch;
        if (used != null) {
            used.onCallerGone();
        }
    }

    /** Gives back what was taken, once; from any thread. */
    void end() {
        Reservation taken = reservation;
        if (taken != null) {
            taken.release();
        }
        Guests.Stay stayed = stay;
        if (stayed != null) {
            stayed.end();
        }
    }
}
