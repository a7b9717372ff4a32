package dev.culvert.gateway.call;

import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;

/**
 * One stage of a request's way through the gateway. Like a {@link org.springframework.web.server.WebFilter}, but not found
 * and ordered by Spring: the way is written down in one place.
 */
@FunctionalInterface
public interface Stage {
    /** Goes on with {@code chain}, or answers, or fails. */
    Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain);
}
