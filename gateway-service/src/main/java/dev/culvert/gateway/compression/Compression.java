package dev.culvert.gateway.compression;

import dev.culvert.gateway.call.Call;
import dev.culvert.gateway.call.Plane;
import dev.culvert.gateway.call.Stage;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.springframework.http.HttpHeaders;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;

/**
 * Compresses answers on their way out (requirements R1.7, S4.37, P2.13.5). An answer of unknown length is sent on chunk by
 * chunk, each as soon as it is there. Data routes pass what the application behind sends, byte for byte.
 */
@Component
public final class Compression implements Stage {
    private static final int WISHES_REMEMBERED = 100;

    private final CompressionProperties properties;
    private final CompressibleTypes types;
    private final ConcurrentMap<String, Optional<Coding>> wishes = new ConcurrentHashMap<>();

    Compression(CompressionProperties properties) {
        this.properties = properties;
        this.types = new CompressibleTypes(properties.types());
    }

    @Override
    public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
        if (!properties.enabled() || !concerns(exchange)) {
            return chain.filter(exchange);
        }
        ServerHttpRequest request = exchange.getRequest();
        Optional<Coding> wanted = wanted(request.getHeaders().getOrEmpty(HttpHeaders.ACCEPT_ENCODING));
        ServerWebExchange.Builder changed =
                exchange.mutate().response(new CompressedResponse(exchange.getResponse(), types, properties, wanted));
        if (request.getHeaders().containsHeader(HttpHeaders.IF_MATCH)) {
            changed.request(withStrongTags(request));
        }
        return chain.filter(changed.build());
    }

    /** Clients send few different wishes, each of them many times. */
    private Optional<Coding> wanted(List<String> accepted) {
        if (accepted.size() != 1) {
            return Coding.preferred(accepted);
        }
        Optional<Coding> known = wishes.get(accepted.getFirst());
        if (known != null) {
            return known;
        }
        Optional<Coding> preferred = Coding.preferred(accepted);
        if (wishes.size() < WISHES_REMEMBERED) {
            wishes.put(accepted.getFirst(), preferred);
        }
        return preferred;
    }

    private boolean concerns(ServerWebExchange exchange) {
        Plane plane = Call.of(exchange).destination().plane();
        if (plane == Plane.DATA) {
            return false;
        }
        String path = exchange.getRequest().getURI().getRawPath();
        for (String excluded : properties.excludedPaths()) {
            if (path.startsWith(excluded)
                    && (path.length() == excluded.length() || path.charAt(excluded.length()) == '/')) {
                return false;
            }
        }
        return true;
    }

    /**
     * Tags that were weakened here come back in {@code If-Match}, where only strong ones count: the service gets the one it
     * gave.
     */
    private static ServerHttpRequest withStrongTags(ServerHttpRequest request) {
        List<String> strong = request.getHeaders().getOrEmpty(HttpHeaders.IF_MATCH).stream()
                .map(tags -> tags.replace("W/\"", "\""))
                .toList();
        return request.mutate()
                .headers(headers -> headers.put(HttpHeaders.IF_MATCH, strong))
                .build();
    }
}
