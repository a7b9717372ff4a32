package dev.culvert.gateway.resilience;

import java.net.URI;
import org.jspecify.annotations.Nullable;
import org.springframework.cloud.gateway.filter.GatewayFilterChain;
import org.springframework.cloud.gateway.filter.GlobalFilter;
import org.springframework.cloud.gateway.support.ServerWebExchangeUtils;
import org.springframework.core.Ordered;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/**
 * Chooses the address for a WebSocket, whose filter ends the chain before the one that chooses for all others, and another one
 * where the first takes no connection.
 */
@Component
final class UpgradeReplica implements GlobalFilter, Ordered {
    /** Behind the filter that knows the service, before the one that connects. */
    private static final int ORDER = -200;

    private final UpstreamStates upstreams;

    UpgradeReplica(UpstreamStates upstreams) {
        this.upstreams = upstreams;
    }

    @Override
    public int getOrder() {
        return ORDER;
    }

    @Override
    public Mono<Void> filter(ServerWebExchange exchange, GatewayFilterChain chain) {
        URI target = exchange.getRequiredAttribute(ServerWebExchangeUtils.GATEWAY_REQUEST_URL_ATTR);
        Upstream upstream = upstreams.at(target);
        if (upstream == null
                || !"websocket"
                        .equalsIgnoreCase(exchange.getRequest().getHeaders().getUpgrade())) {
            return chain.filter(exchange);
        }
        return attempt(exchange, chain, upstream, null);
    }

    /** A replica that is lost loses all its agents at once: none of them should wait because it dialled before one was refused. */
    private static Mono<Void> attempt(
            ServerWebExchange exchange, GatewayFilterChain chain, Upstream upstream, @Nullable Replica refused) {
        Replica replica = UpstreamResilience.route(exchange, upstream, refused);
        return chain.filter(exchange).onErrorResume(Upstream::nothingSent, failure -> {
            upstream.replicaFailed(replica, true);
            return refused == null && upstream.replicas().anotherThan(replica)
                    ? attempt(exchange, chain, upstream, replica)
                    : Mono.error(failure);
        });
    }
}
