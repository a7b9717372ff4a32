package dev.culvert.gateway.routing;

import dev.culvert.gateway.call.Stage;
import io.netty.channel.Channel;
import io.netty.util.AttributeKey;
import java.util.concurrent.atomic.AtomicReference;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;

/**
 * Lets few agents connect at the same time. They come back by the thousand when a replica of tunnel-service is lost, and each is
 * some milliseconds of work: a request of somebody else then waits for a few of them, not for all.
 */
@Component
final class AgentArrivals implements Stage {
    private static final String PATH = "/tunnel/v1/connect";

    /** Enough to keep a replica busy that answers within a hundredth of a second. */
    private static final int AT_ONCE = 16;

    private static final AttributeKey<Turns.Turn> TURN = AttributeKey.valueOf(AgentArrivals.class, "turn");

    private final Turns turns = new Turns(AT_ONCE);

    @Override
    public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
        if (!PATH.equals(exchange.getRequest().getURI().getRawPath())) {
            return chain.filter(exchange);
        }
        Channel client = UpgradeSplice.channelOf(exchange.getRequest());
        AtomicReference<Turns.Turn> turn = new AtomicReference<>();
        return Mono.<Void>create(sink -> {
                    // Behind what the event loop has to do for others.
                    Turns.Turn mine = turns.enter(() -> client.eventLoop().execute(sink::success));
                    turn.set(mine);
                    client.attr(TURN).set(mine);
                })
                .then(Mono.defer(() -> chain.filter(exchange)))
                .doFinally(_ -> {
                    Turns.Turn mine = turn.get();
                    if (mine != null) {
                        mine.leave();
                    }
                });
    }

    /** To be called when an agent is connected: the next one's turn begins. */
    static void connected(Channel client) {
        Turns.Turn turn = client.attr(TURN).getAndSet(null);
        if (turn != null) {
            turn.leave();
        }
    }
}
