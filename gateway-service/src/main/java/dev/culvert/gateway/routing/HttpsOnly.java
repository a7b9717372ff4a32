package dev.culvert.gateway.routing;

import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.gateway.call.Stage;
import dev.culvert.platform.problem.ProblemException;
import java.util.List;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;

/**
 * Refuses credentials that came in the clear (requirement R2.10): a trusted proxy says that the client spoke plain HTTP to it.
 * What no proxy says is not known here; TLS ends in front of the gateway.
 */
@Component
final class HttpsOnly implements Stage {
    private static final List<String> AUTHENTICATION =
            List.of("/api/v1/auth", "/api/v1/admin/auth", "/api/v1/api-keys", "/api/v1/oauth", "/oauth");

    private final ClientResolver clients;
    private final boolean required;

    HttpsOnly(ClientResolver clients, RoutingProperties properties) {
        this.clients = clients;
        this.required = properties.httpsRequired();
    }

    @Override
    public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
        if (required
                && isAuthentication(exchange.getRequest().getURI().getRawPath())
                && clients.cameInTheClear(exchange.getRequest())) {
            return Mono.error(new ProblemException(
                            ProblemCode.FORBIDDEN,
                            "Sign-in, tokens and keys go over HTTPS only. Use an https:// address.")
                    .withAlias("HTTPS_REQUIRED"));
        }
        return chain.filter(exchange);
    }

    private static boolean isAuthentication(String path) {
        for (String prefix : AUTHENTICATION) {
            if (path.startsWith(prefix) && (path.length() == prefix.length() || path.charAt(prefix.length()) == '/')) {
                return true;
            }
        }
        return false;
    }
}
