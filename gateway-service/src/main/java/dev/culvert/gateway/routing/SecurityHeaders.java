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
 * Headers that make browsers careful (requirements S1.28, S4.51, X-40). What is set here wins over the services behind. On data routes a
 * foreign application answers, whose own pages the strict policy would break, so there only transport security is set and
 * the rest is the application's choice; the gateway's own refusals are JSON and need none of it. Pages of the authorization
 * server name the addresses their forms may lead to, which the gateway does not know: their policy stands.
 */
@Component
final class SecurityHeaders implements Stage {
    private static final String HSTS = "max-age=31536000; includeSubDomains; preload";
    private static final String POLICY =
            "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'";
    private static final Map<String, String> STRICT = Map.of(
            "X-Content-Type-Options", "nosniff",
            "X-Frame-Options", "DENY",
            "Referrer-Policy", "strict-origin-when-cross-origin",
            "X-XSS-Protection", "1; mode=block",
            "Cross-Origin-Opener-Policy", "same-origin",
            "Cross-Origin-Resource-Policy", "same-origin",
            "Permissions-Policy", "camera=(), geolocation=(), microphone=()",
            "X-Permitted-Cross-Domain-Policies", "none");

    @Override
    public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
        HttpHeaders headers = exchange.getResponse().getHeaders();
        headers.set("Strict-Transport-Security", HSTS);
        Plane plane = Call.of(exchange).destination().plane();
        if (plane != Plane.DATA) {
            STRICT.forEach(headers::set);
        }
        if (plane == Plane.AUTHORIZATION) {
            headers.set("Referrer-Policy", "no-referrer"); // addresses of these pages hold codes and tokens
        }
        if (plane != Plane.DATA && plane != Plane.AUTHORIZATION) {
            headers.set("Content-Security-Policy", POLICY);
        }
        return chain.filter(exchange);
    }
}
