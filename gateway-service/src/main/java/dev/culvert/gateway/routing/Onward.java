package dev.culvert.gateway.routing;

import dev.culvert.gateway.call.Call;
import dev.culvert.gateway.call.Stage;
import java.util.List;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.cloud.gateway.filter.GatewayFilterChain;
import org.springframework.cloud.gateway.filter.GlobalFilter;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;

/**
 * Last stage: takes the request to the service that its {@link RouteTable destination} names. In order: {@link
 * UpstreamAddress}, {@link UpgradeSplice} for WebSockets, {@link UpstreamAnswer}, {@link dev.culvert.gateway.resilience} and
 * {@link UpstreamRequest} for everything else. The filters are called without the handler mappings, predicates and routes of
 * Spring Cloud Gateway, which would only find again what the route table has found.
 */
@Component
final class Onward implements Stage {
    private final List<GlobalFilter> filters;

    Onward(ObjectProvider<GlobalFilter> filters) {
        this.filters = filters.orderedStream().toList();
    }

    @Override
    public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
        return Call.of(exchange).destination().target().isEmpty()
                ? chain.filter(exchange) // answered by the gateway's own handlers, or 404
                : new From(0).filter(exchange);
    }

    private final class From implements GatewayFilterChain {
        private final int index;

        From(int index) {
            this.index = index;
        }

        @Override
        public Mono<Void> filter(ServerWebExchange exchange) {
            return index == filters.size() ? Mono.empty() : filters.get(index).filter(exchange, new From(index + 1));
        }
    }
}
