package dev.culvert.tunnel.ingress;

import dev.culvert.tunnel.cluster.ClusterMap.Holder;
import dev.culvert.tunnel.ingress.Resumption.Rest;
import dev.culvert.tunnel.peer.PeerOutcome;
import dev.culvert.tunnel.peer.Peers.Passed;
import dev.culvert.tunnel.session.AgentSession;
import io.netty.channel.Channel;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.Http2StreamChannel;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the agent that keeps an answer for the rest of it, over any connection that agent has, here or on another replica; and
 * waits for one a moment, since the agent dials anew what it lost. On the loop of the caller's connection.
 */
@SuppressWarnings("FutureReturnValueIgnored") // Netty tells of failed writes by closing the channel
final class Reattachment {
    private static final Logger log = LoggerFactory.getLogger(Reattachment.class);

    /** Shorter than agents keep an answer. */
    private static final Duration PATIENCE = Duration.ofSeconds(3);

    private static final Duration PAUSE = Duration.ofMillis(50);

    private final Exchange exchange;
    private final Channel client;
    private final Ingress ingress;
    private final UUID tunnelId;
    private final String agent;
    private final Passed request;
    private final Supplier<AnswerRelay> relays;
    private final Runnable inVain;
    private final Set<String> triedReplicas = new HashSet<>();
    private final long deadlineNanos = System.nanoTime() + PATIENCE.toNanos();

    /**
     * @param ordinary the request whose answer is meant
     * @param relays makes what reads a stream with the rest
     * @param inVain told when there is no such stream
     */
    Reattachment(
            Exchange exchange,
            Channel client,
            Ingress ingress,
            UUID tunnelId,
            Resumption resumption,
            Rest rest,
            Passed ordinary,
            Supplier<AnswerRelay> relays,
            Runnable inVain) {
        this.exchange = exchange;
        this.client = client;
        this.ingress = ingress;
        this.tunnelId = tunnelId;
        this.agent = rest.agent();
        this.request = new Passed(ordinary.name(), ordinary.token(), resumption.headFor(rest), true);
        this.relays = relays;
        this.inVain = inVain;
    }

    /** Whether a tunnel's agents have more than one connection, so that one can take over from another. */
    static boolean isPossible(Ingress ingress, UUID tunnelId) {
        return ingress.registry().connections(tunnelId) > 1
                || !ingress.cluster().elsewhere(tunnelId).isEmpty();
    }

    void next() {
        exchange.way().countInto(null);
        if (exchange.isEnded()) {
            inVain.run();
            return;
        }
        if (System.nanoTime() - deadlineNanos > 0) {
            log.atInfo().addKeyValue("culvert.tunnel.id", tunnelId).log("The rest of an answer could not be had");
            inVain.run();
            return;
        }
        Optional<AgentSession> here = ingress.registry().beginOf(tunnelId, agent);
        Optional<Holder> there = here.isPresent() ? Optional.empty() : elsewhere();
        if (here.isPresent()) {
            open(here.get());
        } else if (there.isPresent()) {
            pass(there.get());
        } else {
            triedReplicas.clear();
            nextAfterPause();
        }
    }

    private void nextAfterPause() {
        client.eventLoop().schedule(this::next, PAUSE.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void open(AgentSession session) {
        exchange.way().countInto(session);
        AnswerRelay relay = relays.get();
        session.link().open(relay).addListener(opened -> {
            if (opened.isSuccess()) {
                Http2StreamChannel channel = (Http2StreamChannel) opened.getNow();
                channel.writeAndFlush(new DefaultHttp2HeadersFrame(request.head(), true));
                goOn(relay, channel, session.info().sessionId());
            } else {
                nextAfterPause();
            }
        });
    }

    private Optional<Holder> elsewhere() {
        return ingress.cluster().elsewhere(tunnelId).stream()
                .filter(holder -> holder.lease().instance().equals(agent))
                .filter(holder -> !triedReplicas.contains(holder.member().name()))
                .findAny();
    }

    private void pass(Holder holder) {
        AnswerRelay relay = relays.get();
        ingress.peers()
                .pass(
                        holder,
                        request.onlyTo(agent),
                        relay,
                        stream -> goOn(relay, stream, holder.lease().sessionId()),
                        outcome -> client.eventLoop().execute(() -> onRefused(holder, outcome)));
    }

    private void onRefused(Holder holder, PeerOutcome outcome) {
        log.atDebug()
                .addKeyValue("culvert.replica", holder.member().name())
                .addKeyValue("outcome", outcome)
                .log("A replica has no way to the agent");
        triedReplicas.add(holder.member().name());
        next();
    }

    /** On the loop of the stream. */
    private void goOn(AnswerRelay relay, Http2StreamChannel stream, UUID sessionId) {
        if (exchange.account().status() == 0) {
            exchange.account().opened(sessionId);
        }
        relay.watch();
        client.eventLoop().execute(() -> exchange.onStreamOpen(stream));
        log.atInfo().addKeyValue("culvert.tunnel.id", tunnelId).log("An answer goes on over another connection");
    }
}
