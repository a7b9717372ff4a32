package dev.culvert.gateway.routing;

import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.gateway.call.Stage;
import dev.culvert.gateway.routing.RoutingProperties.CrossOriginProperties;
import dev.culvert.platform.problem.ProblemException;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;

/**
 * Cross-origin rules (requirements R1.6, R1.6a): listed origins get the headers, all others none. Preflights are answered
 * here, before authentication and limits, as they never carry credentials. A request from an origin that is not listed
 * still passes: without the headers a browser does not show the answer to the page, and the one cookie there is, auth-service's
 * refresh token, works only with a header that other sites cannot send.
 */
@Component
final class CrossOrigin implements Stage {
    private static final String METHODS = "GET, POST, PUT, PATCH, DELETE, OPTIONS";
    private static final String REQUEST_HEADERS =
            "Content-Type, Authorization, X-Requested-With, Accept, Origin, X-API-Key, X-CSRF-Token, X-Correlation-ID,"
                    + " Idempotency-Key";
    private static final String EXPOSED_HEADERS = "Content-Length, Content-Type, X-RateLimit-Limit,"
            + " X-RateLimit-Remaining, X-RateLimit-Reset, Retry-After, X-Correlation-ID";

    private final Set<String> allowed;
    private final long maxAgeSeconds;

    CrossOrigin(RoutingProperties properties) {
        CrossOriginProperties crossOrigin = properties.crossOrigin();
        allowed = Set.copyOf(crossOrigin.allowedOrigins());
        maxAgeSeconds = crossOrigin.maxAge().toSeconds();
    }

    @Override
    public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
        ServerHttpRequest request = exchange.getRequest();
        ServerHttpResponse response = exchange.getResponse();
        String origin = request.getHeaders().getFirst(HttpHeaders.ORIGIN);
        response.getHeaders().add(HttpHeaders.VARY, HttpHeaders.ORIGIN);
        if (origin != null && allowed.contains(origin)) {
            allow(response.getHeaders(), origin);
        }
        if (!isPreflight(request, origin)) {
            return chain.filter(exchange);
        }
        if (!allowed.contains(origin)) {
            return Mono.error(new ProblemException(
                    ProblemCode.ORIGIN_NOT_ALLOWED, "Pages of this origin may not call the gateway."));
        }
        HttpHeaders headers = response.getHeaders();
        headers.set(HttpHeaders.ACCESS_CONTROL_ALLOW_METHODS, METHODS);
        headers.set(HttpHeaders.ACCESS_CONTROL_ALLOW_HEADERS, REQUEST_HEADERS);
        headers.setAccessControlMaxAge(maxAgeSeconds);
        headers.setContentLength(0);
        response.setStatusCode(HttpStatus.OK);
        return response.setComplete();
    }

    private static void allow(HttpHeaders headers, String origin) {
        headers.set(HttpHeaders.ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        headers.set(HttpHeaders.ACCESS_CONTROL_ALLOW_CREDENTIALS, "true");
        headers.set(HttpHeaders.ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED_HEADERS);
    }

    private static boolean isPreflight(ServerHttpRequest request, @Nullable String origin) {
        return origin != null
                && HttpMethod.OPTIONS.equals(request.getMethod())
                && request.getHeaders().containsHeader(HttpHeaders.ACCESS_CONTROL_REQUEST_METHOD);
    }
}
