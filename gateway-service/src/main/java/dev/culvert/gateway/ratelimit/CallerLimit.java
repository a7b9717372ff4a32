package dev.culvert.gateway.ratelimit;

import dev.culvert.gateway.call.Call;
import dev.culvert.gateway.call.Plane;
import dev.culvert.gateway.call.Stage;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;

/**
 * Counts a call against every budget that binds its caller: user, API key, tenant and operation, or the address of anonymous
 * callers (requirements R6.1, R6.5, X-3).
 */
@Component
public final class CallerLimit implements Stage {
    private final Enforcement enforcement;
    private final Charges charges;
    private final boolean enabled;

    CallerLimit(Enforcement enforcement, Charges charges, RateLimitProperties properties) {
        this.enforcement = enforcement;
        this.charges = charges;
        this.enabled = properties.enabled();
    }

    @Override
    public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
        if (!enabled || Call.of(exchange).destination().plane() == Plane.OWN) {
            return chain.filter(exchange);
        }
        return charges.of(exchange)
                .map(charge -> enforcement.count(exchange, charge, Mono.defer(() -> chain.filter(exchange))))
                .orElseGet(() -> chain.filter(exchange));
    }
}
