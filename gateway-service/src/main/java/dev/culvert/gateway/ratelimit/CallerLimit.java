package dev.culvert.gateway.ratelimit;

import dev.culvert.contracts.identity.Role;
import dev.culvert.contracts.identity.Tier;
import dev.culvert.gateway.call.Call;
import dev.culvert.gateway.call.Plane;
import dev.culvert.gateway.call.Stage;
import dev.culvert.gateway.ratelimit.RateLimitProperties.Budget;
import dev.culvert.platform.caller.Caller;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;

/** Counts a call against the budget of its user, or of the address when it is anonymous (requirements R6.1, R6.5). */
@Component
public final class CallerLimit implements Stage {
    private final RateLimiter limiter;
    private final AddressLimit addresses;
    private final RateLimitProperties properties;

    CallerLimit(RateLimiter limiter, AddressLimit addresses, RateLimitProperties properties) {
        this.limiter = limiter;
        this.addresses = addresses;
        this.properties = properties;
    }

    @Override
    public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
        Call call = Call.of(exchange);
        if (call.destination().plane() == Plane.OWN) {
            return chain.filter(exchange);
        }
        return call.identity()
                .map(identity -> countUser(exchange, identity.caller()))
                .orElseGet(() -> addresses.countAnonymous(exchange))
                .then(Mono.defer(() -> chain.filter(exchange)));
    }

    private Mono<Void> countUser(ServerWebExchange exchange, Caller caller) {
        return limiter.count(windows(caller)).flatMap(decision -> {
            LimitHeaders.tell(decision, exchange.getResponse().getHeaders());
            return decision.allowed() ? Mono.empty() : Mono.error(LimitHeaders.refusal(decision));
        });
    }

    private List<Window> windows(Caller caller) {
        Budget budget = budget(caller);
        String key = "limit:{user:" + caller.userId() + "}:";
        return List.of(
                new Window(key + "minute", budget.minute(), Duration.ofMinutes(1)),
                new Window(key + "quarter-hour", budget.quarterHour(), Duration.ofMinutes(15)),
                new Window(key + "hour", budget.hour(), Duration.ofHours(1)));
    }

    private Budget budget(Caller caller) {
        Tier tier = caller.tier();
        return caller.roles().stream().anyMatch(CallerLimit::administers)
                ? properties.administrators()
                : Objects.requireNonNull(properties.users().get(tier));
    }

    private static boolean administers(Role role) {
        return !role.permissions().isEmpty();
    }
}
