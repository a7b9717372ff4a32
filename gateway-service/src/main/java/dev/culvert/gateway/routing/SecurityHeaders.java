package dev.culvert.gateway.routing;

import dev.culvert.gateway.call.Call;
import dev.culvert.gateway.call.Plane;
import dev.culvert.gateway.call.Stage;
import java.util.Map;
import org.springframework.http.HttpHeaders;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;

/**
 * Headers that make browsers careful (requirement X-40). What is set here wins over the services behind. On data routes a
 * foreign application answers, whose own pages the strict policy would break, so there only transport security is set and
 * the rest is the application's choice; the gateway's own refusals are JSON and need none of it.
 */
@Component
final class SecurityHeaders implements Stage {
    private static final String HSTS = "max-age=31536000; includeSubDomains; preload";
    private static final Map<String, String> STRICT = Map.of(
            "Content-Security-Policy",
                    "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
            "X-Content-Type-Options", "nosniff",
            "X-Frame-Options", "DENY",
            "Referrer-Policy", "no-referrer",
            "Cross-Origin-Opener-Policy", "same-origin",
            "Cross-Origin-Resource-Policy", "same-origin",
            "Permissions-Policy", "camera=(), geolocation=(), microphone=()",
            "X-Permitted-Cross-Domain-Policies", "none");

    @Override
    public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
        HttpHeaders headers = exchange.getResponse().getHeaders();
        headers.set("Strict-Transport-Security", HSTS);
        if (Call.of(exchange).destination().plane() != Plane.DATA) {
            STRICT.forEach(headers::set);
        }
        return chain.filter(exchange);
    }
}
