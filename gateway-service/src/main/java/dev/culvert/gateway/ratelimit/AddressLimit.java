package dev.culvert.gateway.ratelimit;

import dev.culvert.contracts.http.HeaderNames;
import dev.culvert.gateway.call.Call;
import dev.culvert.gateway.call.Plane;
import dev.culvert.gateway.call.Stage;
import java.time.Clock;
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
    private final Enforcement enforcement;
    private final Charges charges;
    private final LocalWindows ceilings = new LocalWindows();
    private final RateLimitProperties properties;
    private final Clock clock;

    AddressLimit(Enforcement enforcement, Charges charges, RateLimitProperties properties, Clock clock) {
        this.enforcement = enforcement;
        this.charges = charges;
        this.properties = properties;
        this.clock = clock;
    }

    @Override
    public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
        Call call = Call.of(exchange);
        if (!properties.enabled() || call.destination().plane() == Plane.OWN) {
            return chain.filter(exchange);
        }
        Decision ceiling = ceilings.count(charges.ceiling(call.client()), clock.millis(), 1);
        if (!ceiling.allowed()) {
            return enforcement.refuse(exchange, ceiling);
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
        return enforcement.repeatRefusal(
                exchange, charges.unproven(Call.of(exchange).client()));
    }

    /** Counts a call whose credential was missing or not accepted; fails with the refusal when it was one too many. */
    public Mono<Void> countUnproven(ServerWebExchange exchange) {
        return properties.enabled()
                ? enforcement.count(exchange, charges.unproven(Call.of(exchange).client()), Mono.empty())
                : Mono.empty();
    }
}
