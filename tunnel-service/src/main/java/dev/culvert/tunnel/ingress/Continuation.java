package dev.culvert.tunnel.ingress;

import dev.culvert.tunnel.ingress.Resumption.Rest;
import dev.culvert.tunnel.peer.Peers.Passed;
import dev.culvert.tunnel.session.TrafficMeter.Outcome;
import dev.culvert.tunnel.session.TunnelDirectory.Resolution;
import io.netty.channel.Channel;
import java.util.function.Supplier;

/**
 * Goes on with the answer of one request when the connection it came over is lost: here for a caller whose connection is still
 * there, or from the beginning for a gateway that lost the replica it came through.
 */
final class Continuation {
    private final Exchange exchange;
    private final Channel client;
    private final Ingress ingress;
    private final Resolution.Found found;
    private final Resumption resumption;
    private final Passed request;

    Continuation(
            Exchange exchange,
            Channel client,
            Ingress ingress,
            Resolution.Found found,
            Resumption resumption,
            Passed request) {
        this.exchange = exchange;
        this.client = client;
        this.ingress = ingress;
        this.found = found;
        this.resumption = resumption;
        this.request = request;
    }

    /** Whether the caller is a gateway that would ask another replica for the rest. */
    boolean wantedByGateway() {
        return resumption.isWanted();
    }

    /** Answers with what the gateway misses; on the loop of the caller's connection. */
    void begin(Rest rest) {
        find(rest, () -> new AnswerRelay(exchange, client, ingress, found).startingAt(rest.offset()), () -> {
            if (!exchange.isEnded()) {
                exchange.refuse(IngressProblems.agentLost());
            }
        });
    }

    /**
     * Goes on behind what a relay has passed on.
     *
     * @return false if that cannot be tried, and nothing was done
     */
    boolean after(AnswerRelay lost, Rest rest) {
        if (ingress.cuttingOff().get()) {
            return false;
        }
        client.eventLoop()
                .execute(() -> find(rest, lost::successor, () -> {
                    lost.endCompression();
                    exchange.breakOff(Outcome.CUT_OFF);
                }));
        return true;
    }

    private void find(Rest rest, Supplier<AnswerRelay> relays, Runnable inVain) {
        new Reattachment(exchange, client, ingress, found.tunnelId(), resumption, rest, request, relays, inVain).next();
    }
}
