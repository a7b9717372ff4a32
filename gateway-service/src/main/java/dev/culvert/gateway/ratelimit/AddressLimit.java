package dev.culvert.gateway.ratelimit;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.culvert.contracts.http.HeaderNames;
import dev.culvert.gateway.call.Call;
import dev.culvert.gateway.call.Client;
import dev.culvert.gateway.call.Plane;
import dev.culvert.gateway.call.Stage;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.springframework.http.HttpHeaders;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;

/**
 * Holds off floods before anything is paid for them (requirement R6.2). Two rules by client address: a ceiling for all
 * calls, counted in this instance without Redis; and an address whose budget for calls without a valid credential is used
 * up gets no more of them looked at. Calls with a good credential always pass: one bad neighbour behind a shared address does
 * not lock out the others.
 */
@Component
public final class AddressLimit implements Stage {
    private static final int MAX_REFUSED_ADDRESSES = 50_000;

    private final RateLimiter limiter;
    private final LocalWindows ceilings;
    private final RateLimitProperties properties;
    private final Clock clock;
    private final Cache<String, Decision> refusedUnproven = refusals();
    private final Cache<String, Decision> refusedAnonymous = refusals();

    AddressLimit(RateLimiter limiter, RateLimitProperties properties, Clock clock) {
        this.limiter = limiter;
        this.properties = properties;
        this.clock = clock;
        this.ceilings = new LocalWindows(clock);
    }

    @Override
    public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
        Call call = Call.of(exchange);
        if (call.destination().plane() == Plane.OWN) {
            return chain.filter(exchange);
        }
        String address = call.client().limitKey();
        Decision ceiling = ceilings.count(List.of(new Window(address, properties.ceiling(), Duration.ofMinutes(1))));
        if (!ceiling.allowed()) {
            return refuse(exchange, ceiling);
        }
        HttpHeaders headers = exchange.getRequest().getHeaders();
        boolean credential =
                headers.containsHeader(HttpHeaders.AUTHORIZATION) || headers.containsHeader(HeaderNames.API_KEY);
        return credential
                ? chain.filter(exchange)
                : admitUnproven(exchange).then(Mono.defer(() -> chain.filter(exchange)));
    }

    /** Fails with the refusal when the address may not send calls without a valid credential now. Counts nothing. */
    public Mono<Void> admitUnproven(ServerWebExchange exchange) {
        return admit(exchange, refusedUnproven);
    }

    /** Counts a call whose credential was missing or not accepted; fails with the refusal when it was one too many. */
    public Mono<Void> countUnproven(ServerWebExchange exchange) {
        return count(exchange, windows(Call.of(exchange).client()), refusedUnproven);
    }

    /** Counts a call that needs no credential and brought none. */
    Mono<Void> countAnonymous(ServerWebExchange exchange) {
        Client client = Call.of(exchange).client();
        List<Window> windows = new ArrayList<>(windows(client));
        windows.add(new Window(key(client, "anonymous"), properties.anonymousQuarterHour(), Duration.ofMinutes(15)));
        return admit(exchange, refusedAnonymous).then(Mono.defer(() -> count(exchange, windows, refusedAnonymous)));
    }

    private List<Window> windows(Client client) {
        return List.of(
                new Window(key(client, "minute"), properties.address().minute(), Duration.ofMinutes(1)),
                new Window(key(client, "hour"), properties.address().hour(), Duration.ofHours(1)));
    }

    /** The braces keep all windows of an address in one slot of a Redis cluster. */
    private static String key(Client client, String window) {
        return "limit:{address:" + client.limitKey() + "}:" + window;
    }

    /** Repeats a refusal until its time is over, without asking Redis: refusing must stay cheaper than serving. */
    private Mono<Void> admit(ServerWebExchange exchange, Cache<String, Decision> refused) {
        Decision earlier = refused.getIfPresent(Call.of(exchange).client().limitKey());
        long now = clock.millis();
        if (earlier == null || earlier.resetAtMillis() <= now) {
            return Mono.empty();
        }
        return refuse(
                exchange, new Decision(false, earlier.limit(), 0, earlier.resetAtMillis(), now, earlier.degraded()));
    }

    private Mono<Void> count(ServerWebExchange exchange, List<Window> windows, Cache<String, Decision> refused) {
        return limiter.count(windows).flatMap(decision -> {
            if (decision.allowed()) {
                LimitHeaders.tell(decision, exchange.getResponse().getHeaders());
                return Mono.empty();
            }
            refused.put(Call.of(exchange).client().limitKey(), decision);
            return refuse(exchange, decision);
        });
    }

    private static Mono<Void> refuse(ServerWebExchange exchange, Decision decision) {
        LimitHeaders.tell(decision, exchange.getResponse().getHeaders());
        return Mono.error(LimitHeaders.refusal(decision));
    }

    private static Cache<String, Decision> refusals() {
        return Caffeine.newBuilder()
                .maximumSize(MAX_REFUSED_ADDRESSES)
                .expireAfterWrite(Duration.ofHours(1))
                .build();
    }
}
