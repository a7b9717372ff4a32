package dev.culvert.gateway.routing;

import dev.culvert.gateway.call.Stage;
import dev.culvert.gateway.protocol.GoingAway;
import java.util.concurrent.locks.LockSupport;
import org.springframework.boot.availability.AvailabilityChangeEvent;
import org.springframework.boot.availability.ReadinessState;
import org.springframework.context.ApplicationContext;
import org.springframework.context.SmartLifecycle;
import org.springframework.http.HttpHeaders;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;

/**
 * How the gateway stops without a failed call: it says that it is not ready, goes on answering for a while, and with each answer
 * asks the client to close its connection, so that none is kept when the server behind stops taking calls and finishes those
 * under way.
 */
@Component
final class Drain implements Stage, SmartLifecycle {
    private final ApplicationContext context;
    private final long nanos;
    private volatile boolean running;
    private volatile boolean draining;

    Drain(ApplicationContext context, RoutingProperties properties) {
        this.context = context;
        this.nanos = properties.drain().toNanos();
    }

    @Override
    public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
        ServerHttpResponse response = exchange.getResponse();
        response.beforeCommit(() -> {
            if (draining) { // also of calls that came before
                response.getHeaders().set(HttpHeaders.CONNECTION, "close"); // left out of HTTP/2
                GoingAway.say(UpgradeSplice.channelOf(exchange.getRequest()));
            }
            return Mono.empty();
        });
        return chain.filter(exchange);
    }

    @Override
    public void start() {
        draining = false;
        running = true;
    }

    @Override
    public void stop() {
        draining = true;
        AvailabilityChangeEvent.publish(context, ReadinessState.REFUSING_TRAFFIC);
        long end = System.nanoTime() + nanos;
        for (long left = nanos; left > 0 && !Thread.currentThread().isInterrupted(); left = end - System.nanoTime()) {
            LockSupport.parkNanos(this, left);
        }
        running = false;
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    /** The first to stop: before the web server's own end, which waits for calls under way. */
    @Override
    public int getPhase() {
        return Integer.MAX_VALUE;
    }
}
