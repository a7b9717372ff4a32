package dev.culvert.gateway.routing;

import dev.culvert.gateway.call.Stage;
import io.netty.channel.Channel;
import io.netty.util.AttributeKey;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;

/**
 * Lets few agents connect at the same time. They come back by the thousand when a replica of tunnel-service is lost, and each is
 * some milliseconds of work: a request of somebody else then waits for a few of them, not for all. One that takes long waits for
 * somebody else, be it a replica that hangs, and is no work: the next one's turn begins without it.
 */
@Component
final class AgentArrivals implements Stage {
    private static final String PATH = "/tunnel/v1/connect";
    private static final int AT_ONCE = 16;
    private static final Duration LONGEST_TURN = Duration.ofMillis(100);

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
                    Turns.Turn mine = turns.enter(() -> client.eventLoop().execute(() -> begin(client, sink, turn)));
                    turn.set(mine);
                    client.attr(TURN).set(mine);
                })
                .then(Mono.defer(() -> chain.filter(exchange)))
                .doFinally(_ -> leave(turn.get()));
    }

    @SuppressWarnings("FutureReturnValueIgnored") // a turn that has been left already may be left again
    private static void begin(Channel client, MonoSink<Void> sink, AtomicReference<Turns.Turn> turn) {
        client.eventLoop().schedule(() -> leave(turn.get()), LONGEST_TURN.toMillis(), TimeUnit.MILLISECONDS);
        sink.success();
    }

    private static void leave(Turns.@Nullable Turn turn) {
        if (turn != null) {
            turn.leave();
        }
    }

    /** To be called when an agent is connected: the next one's turn begins. */
    static void connected(Channel client) {
        leave(client.attr(TURN).getAndSet(null));
    }
}
