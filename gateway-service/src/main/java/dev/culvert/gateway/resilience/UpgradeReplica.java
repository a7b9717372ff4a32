package dev.culvert.gateway.resilience;

import java.net.URI;
import org.springframework.cloud.gateway.filter.GatewayFilterChain;
import org.springframework.cloud.gateway.filter.GlobalFilter;
import org.springframework.cloud.gateway.support.ServerWebExchangeUtils;
import org.springframework.core.Ordered;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/** Chooses the address for a WebSocket, whose filter ends the chain before the one that chooses for all others. */
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
        Replica replica = UpstreamResilience.route(exchange, upstream, null);
        return chain.filter(exchange).doOnError(Upstream::nothingSent, _ -> upstream.replicaFailed(replica, true));
    }
}
