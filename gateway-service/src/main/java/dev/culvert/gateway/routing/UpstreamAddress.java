package dev.culvert.gateway.routing;

import dev.culvert.gateway.call.Call;
import java.util.Map;
import org.springframework.cloud.gateway.filter.GatewayFilterChain;
import org.springframework.cloud.gateway.filter.GlobalFilter;
import org.springframework.cloud.gateway.support.ServerWebExchangeUtils;
import org.springframework.core.Ordered;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/**
 * Tells the filters behind it the address of the service. Instead of the stock filter, which takes the path apart and
 * encodes it anew, and by that can change it.
 */
@Component
final class UpstreamAddress implements GlobalFilter, Ordered {

    @Override
    public Mono<Void> filter(ServerWebExchange exchange, GatewayFilterChain chain) {
        Map<String, Object> attributes = exchange.getAttributes();
        Call.of(exchange)
                .destination()
                .target()
                .ifPresent(target -> attributes.put(ServerWebExchangeUtils.GATEWAY_REQUEST_URL_ATTR, target));
        return chain.filter(exchange);
    }

    @Override
    public int getOrder() {
        return Ordered.HIGHEST_PRECEDENCE;
    }
}
