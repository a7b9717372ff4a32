package dev.culvert.gateway.routing;

import dev.culvert.gateway.call.Rehearsal;
import io.netty.channel.EventLoop;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.stream.StreamSupport;
import org.springframework.http.client.ReactorResourceFactory;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Opens a connection to each service for each event loop. Who is not there yet is left out. */
@Component
final class ConnectionRehearsal implements Rehearsal {
    private static final Duration LONGEST = Duration.ofMillis(500);

    private final UpstreamConnections connections;
    private final ReactorResourceFactory resources;
    private final List<URI> services;

    ConnectionRehearsal(
            UpstreamConnections connections, ReactorResourceFactory resources, RoutingProperties properties) {
        this.connections = connections;
        this.resources = resources;
        this.services = properties.apiServices().values().stream()
                .flatMap(List::stream)
                .map(service -> service.resolve("/health/live"))
                .toList();
    }

    @Override
    public Mono<Void> rehearse() {
        return Flux.fromIterable(loops())
                .flatMap(loop -> Flux.fromIterable(services).flatMap(service -> ask(loop, service)))
                .then();
    }

    private List<EventLoop> loops() {
        return StreamSupport.stream(resources.getLoopResources().onServer(true).spliterator(), false)
                .map(EventLoop.class::cast)
                .toList();
    }

    private Mono<Void> ask(EventLoop loop, URI service) {
        return connections
                .of(loop)
                .client()
                .get()
                .uri(service)
                .responseSingle((_, body) -> body.then())
                .timeout(LONGEST)
                .onErrorComplete();
    }
}
