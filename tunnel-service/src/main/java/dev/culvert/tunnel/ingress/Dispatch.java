package dev.culvert.tunnel.ingress;

import dev.culvert.contracts.http.HeaderNames;
import dev.culvert.platform.problem.ProblemException;
import dev.culvert.tunnel.cluster.ClusterMap.Holder;
import dev.culvert.tunnel.endpoint.Itinerary;
import dev.culvert.tunnel.peer.PeerOutcome;
import dev.culvert.tunnel.peer.Peers.Passed;
import dev.culvert.tunnel.session.AgentSession;
import dev.culvert.tunnel.session.TunnelDirectory.Resolution;
import dev.culvert.tunnelprotocol.LinkDrainingException;
import dev.culvert.tunnelprotocol.OriginFailure;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.Http2StreamChannel;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds an agent connection for a request, at the endpoint that is chosen for it, here or on another replica; and the next one,
 * then the next endpoint, while nothing was sent to an agent, or while what was sent may be repeated. On the loop of the
 * caller's connection, unless said otherwise.
 */
@SuppressWarnings("FutureReturnValueIgnored") // Netty tells of failed writes by closing the channel
final class Dispatch {
    private static final Logger log = LoggerFactory.getLogger(Dispatch.class);
    private static final int MAX_ATTEMPTS = 5;

    /** Methods whose requests may be sent twice (RFC 9110 §9.2.2). */
    private static final Set<HttpMethod> IDEMPOTENT = Set.of(
            HttpMethod.GET, HttpMethod.HEAD, HttpMethod.OPTIONS, HttpMethod.TRACE, HttpMethod.PUT, HttpMethod.DELETE);

    /** Failures after which another endpoint could have an answer, but the first may have seen the request. */
    private static final Set<OriginFailure> MAY_HAVE_ANSWERED_ELSEWHERE =
            Set.of(OriginFailure.CLOSED_EARLY, OriginFailure.NOT_HTTP);

    private final Exchange exchange;
    private final Channel client;
    private final Ingress ingress;
    private final Resolution.Found found;
    private final Passed request;
    private final Set<String> triedReplicas = new HashSet<>();
    private final Itinerary itinerary;
    private int attempts;
    private boolean busy;
    private boolean lost;
    private @Nullable ProblemException failure;

    Dispatch(Exchange exchange, Channel client, Ingress ingress, Resolution.Found found, Passed request) {
        this.exchange = exchange;
        this.client = client;
        this.ingress = ingress;
        this.found = found;
        this.request = request;
        this.itinerary = ingress.endpoints().itinerary(found.tunnelId());
    }

    /** Tries the best connection that is left: of the endpoint the request is at, else of the next one. */
    void next() {
        exchange.way().countInto(null);
        if (exchange.isEnded()) {
            return;
        }
        switch (itinerary.choose()) {
            case NONE -> waitOrRefuse();
            case MOVES -> {
                triedReplicas.clear();
                attempts = 0;
                tryHere();
            }
            case STAYS -> tryHere();
        }
    }

    private void tryHere() {
        if (++attempts > MAX_ATTEMPTS) {
            leave();
            return;
        }
        Optional<String> endpoint = itinerary.endpoint();
        Optional<AgentSession> here = ingress.registry().beginAnswering(found.tunnelId(), endpoint);
        Optional<Holder> there = here.isPresent() ? Optional.empty() : elsewhere();
        if (there.isPresent()) {
            pass(there.get());
            return;
        }
        // One that is suspected to be gone is better than none.
        here.or(() -> ingress.registry().begin(found.tunnelId(), endpoint)).ifPresentOrElse(this::open, this::leave);
    }

    /** Nobody takes the request where it is: the next endpoint may. */
    private void leave() {
        busy |= ingress.registry().connected(found.tunnelId(), itinerary.endpoint());
        if (itinerary.skip()) {
            next();
        } else {
            exchange.refuse(nobody());
        }
    }

    /** No endpoint is left. One that had no agent may get one in a moment; one that failed or is full has spoken. */
    private void waitOrRefuse() {
        ProblemException said = failure;
        if (said != null) {
            exchange.refuse(said);
        } else if (busy || !itinerary.await(client.eventLoop(), this::next)) {
            exchange.refuse(nobody());
        }
    }

    /** The caller has left. */
    void onCallerGone() {
        itinerary.leave();
    }

    /** Whether the request may go to another endpoint, so that its body is worth keeping. */
    boolean mayMove() {
        return itinerary.several();
    }

    /**
     * Tries once more after the agent's connection was lost before its answer began.
     *
     * @return false if the request must not be sent twice
     */
    boolean again() {
        lost = true;
        boolean enough = !itinerary.several() && attempts >= MAX_ATTEMPTS;
        if (enough || !mayBeSentTwice() || !exchange.rewind()) {
            return false;
        }
        itinerary.lost();
        next();
        return true;
    }

    /**
     * Goes on to the next endpoint after the agent said that its local service did not answer.
     *
     * @return false if there is none, or the request must not be sent twice
     */
    boolean onOriginFailure(OriginFailure why) {
        itinerary.failed(why);
        boolean untouched = why == OriginFailure.UNREACHABLE;
        boolean repeatable = untouched || (MAY_HAVE_ANSWERED_ELSEWHERE.contains(why) && mayBeSentTwice());
        if (!itinerary.several() || !repeatable || !exchange.rewind()) {
            return false;
        }
        failure = IngressProblems.originFailed(why);
        next();
        return true;
    }

    /**
     * The local service answers; on the loop of the link.
     *
     * @return whether the request could have gone elsewhere, which it will not any more
     */
    boolean onAnswer() {
        itinerary.answered();
        return mayMove();
    }

    /** The local service was silent for too long; on the loop of the link. */
    void onSilence() {
        itinerary.timedOut();
    }

    private boolean mayBeSentTwice() {
        return IDEMPOTENT.contains(exchange.request().method())
                || exchange.request().headers().contains(HeaderNames.IDEMPOTENCY_KEY);
    }

    private ProblemException nobody() {
        if (busy || ingress.registry().connected(found.tunnelId())) {
            return IngressProblems.agentBusy();
        }
        if (ingress.draining().get()) {
            return IngressProblems.draining();
        }
        return lost ? IngressProblems.agentLost() : IngressProblems.offline();
    }

    // An agent here

    private void open(AgentSession session) {
        exchange.way().countInto(session);
        AnswerRelay relay = new AnswerRelay(exchange, client, ingress, found);
        session.link().open(relay).addListener(opened -> {
            if (opened.isSuccess()) {
                Http2StreamChannel channel = (Http2StreamChannel) opened.getNow();
                // In this very moment: a link that drains waits for streams it has heard of, not for intentions.
                channel.writeAndFlush(new DefaultHttp2HeadersFrame(request.head(), request.endOfRequest()));
                exchange.account().opened(session.info().sessionId());
                relay.watch();
                client.eventLoop().execute(() -> exchange.onStreamOpen(channel));
            } else {
                client.eventLoop().execute(() -> onLinkRefused(opened.cause()));
            }
        });
    }

    private void onLinkRefused(Throwable cause) {
        if (cause instanceof LinkDrainingException) {
            next();
        } else {
            exchange.way().countInto(null);
            if (itinerary.skip()) {
                next();
            } else {
                exchange.refuse(IngressProblems.offline());
            }
        }
    }

    // An agent of another replica

    /** One that stays rather than one that goes down, and not always the same. */
    private Optional<Holder> elsewhere() {
        Optional<String> endpoint = itinerary.endpoint();
        List<Holder> left = ingress.cluster().elsewhere(found.tunnelId()).stream()
                .filter(holder -> endpoint.isEmpty()
                        || endpoint.get().equals(holder.lease().endpointOrDefault()))
                .filter(holder -> !triedReplicas.contains(holder.member().name()))
                .toList();
        List<Holder> staying =
                left.stream().filter(holder -> !holder.member().draining()).toList();
        List<Holder> best = staying.isEmpty() ? left : staying;
        return best.isEmpty()
                ? Optional.empty()
                : Optional.of(best.get(ThreadLocalRandom.current().nextInt(best.size())));
    }

    private void pass(Holder holder) {
        log.atDebug()
                .addKeyValue("traceparent", () -> exchange.request().headers().get("traceparent", ""))
                .addKeyValue("culvert.tunnel.id", found.tunnelId())
                .addKeyValue("culvert.replica", holder.member().name())
                .log("Passes a request to another replica");
        AnswerRelay relay = new AnswerRelay(exchange, client, ingress, found);
        List<Holder> whenAsked = ingress.cluster().elsewhere(found.tunnelId());
        ingress.peers()
                .pass(
                        holder,
                        request,
                        relay,
                        stream -> {
                            exchange.account().opened(holder.lease().sessionId());
                            relay.watch();
                            client.eventLoop().execute(() -> exchange.onStreamOpen(stream));
                        },
                        outcome -> client.eventLoop().execute(() -> onRefused(holder, whenAsked, outcome)));
    }

    private void onRefused(Holder holder, List<Holder> whenAsked, PeerOutcome outcome) {
        triedReplicas.add(holder.member().name());
        switch (outcome) {
            case NOT_HERE -> {
                ingress.cluster().forget(holder, whenAsked);
                next();
            }
            case BUSY -> {
                busy = true;
                next();
            }
            case UNREACHABLE, NOT_ADMITTED -> next();
            case LOST -> {
                lost = true;
                if (mayBeSentTwice()) {
                    itinerary.lost();
                    next();
                } else {
                    exchange.refuse(IngressProblems.agentLost());
                }
            }
            case ACCEPTED -> throw new IllegalStateException("Accepted is no refusal");
        }
    }
}
