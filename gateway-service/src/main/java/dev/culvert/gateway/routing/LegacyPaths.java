package dev.culvert.gateway.routing;

import dev.culvert.gateway.call.Call;
import dev.culvert.gateway.call.Plane;
import dev.culvert.gateway.call.Stage;
import java.net.URI;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;

/**
 * Redirects {@code /api/<family>}, {@code /v1/<family>} and {@code /<family>} to {@code /api/v1/<family>}, method and body
 * kept (308), and says that these addresses are going away (requirement X-7).
 */
@Component
final class LegacyPaths implements Stage {
    private static final String CURRENT = "/api/v1/";
    private static final List<String> FORMER = List.of("/api/", "/v1/", "/");

    private final Set<String> families;
    private final String deprecation;
    private final String sunset;

    LegacyPaths(RoutingProperties properties) {
        families = properties.routes().stream()
                .map(RoutingProperties.RouteProperties::path)
                .filter(path -> path.startsWith(CURRENT))
                .map(path -> path.substring(CURRENT.length()))
                .collect(Collectors.toUnmodifiableSet());
        var since = properties.legacy().deprecatedSince().atStartOfDay(ZoneOffset.UTC);
        deprecation = "@" + since.toEpochSecond();
        sunset = DateTimeFormatter.RFC_1123_DATE_TIME.format(
                properties.legacy().sunset().atStartOfDay(ZoneOffset.UTC));
    }

    @Override
    public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
        if (Call.of(exchange).destination().plane() != Plane.NONE) {
            return chain.filter(exchange);
        }
        URI uri = exchange.getRequest().getURI();
        String path = uri.getRawPath();
        for (String former : FORMER) {
            if (path.startsWith(former) && families.contains(firstSegment(path, former.length()))) {
                return redirect(exchange.getResponse(), CURRENT + path.substring(former.length()), uri);
            }
        }
        return chain.filter(exchange);
    }

    private static String firstSegment(String path, int start) {
        int end = path.indexOf('/', start);
        return end < 0 ? path.substring(start) : path.substring(start, end);
    }

    private Mono<Void> redirect(ServerHttpResponse response, String path, URI asked) {
        String location = asked.getRawQuery() == null ? path : path + '?' + asked.getRawQuery();
        HttpHeaders headers = response.getHeaders();
        headers.set(HttpHeaders.LOCATION, location);
        headers.set("Deprecation", deprecation);
        headers.set("Sunset", sunset);
        headers.set(HttpHeaders.LINK, "<" + path + ">; rel=\"successor-version\"");
        headers.setContentLength(0);
        response.setStatusCode(HttpStatus.PERMANENT_REDIRECT);
        return response.setComplete();
    }
}
