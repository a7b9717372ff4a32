package dev.culvert.gateway.routing;

import dev.culvert.gateway.call.Call;
import dev.culvert.gateway.call.Stage;
import dev.culvert.platform.correlation.Correlation;
import dev.culvert.platform.correlation.ReactiveCorrelation;
import io.opentelemetry.api.trace.Span;
import java.net.URI;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Pattern;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;

/**
 * First stage: attaches the {@link Call} with the correlation id (requirement R1.5) and the W3C trace context. A caller's
 * valid {@code traceparent} is handed on, so the services' spans join the caller's trace; else one is started here. Where spans
 * are collected, {@link GatewaySpans} adds the gateway's own to traces that are sampled.
 */
@Component
final class TraceContext implements Stage {
    private static final String TRACEPARENT = "traceparent";
    private static final HexFormat HEX = HexFormat.of();
    private static final Pattern VALID = Pattern.compile("00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}");

    private final RouteTable routes;
    private final ClientResolver clients;
    private final GatewaySpans spans;
    private final double sampled;

    TraceContext(
            RouteTable routes,
            ClientResolver clients,
            GatewaySpans spans,
            @Value("${management.tracing.sampling.probability}") double sampled) {
        this.routes = routes;
        this.clients = clients;
        this.spans = spans;
        this.sampled = sampled;
    }

    @Override
    public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
        URI uri = exchange.getRequest().getURI();
        String correlationId = ReactiveCorrelation.of(exchange);
        String sent = exchange.getRequest().getHeaders().getFirst(TRACEPARENT);
        Optional<String> caller =
                Optional.ofNullable(sent).filter(value -> VALID.matcher(value).matches());
        Optional<Span> span = spans.wanted() ? caller.map(spans::below).orElseGet(spans::first) : Optional.empty();
        new Call(
                        routes.find(uri.getRawPath(), uri.getRawQuery()),
                        clients.resolve(exchange.getRequest()),
                        correlationId,
                        span.map(GatewaySpans::traceparent).or(() -> caller).orElseGet(this::traceparent))
                .attachTo(exchange);
        exchange.getResponse().getHeaders().set(Correlation.HEADER, correlationId);
        Mono<Void> rest = chain.filter(exchange);
        return span.map(own -> rest.doFinally(_ -> GatewaySpans.end(own, exchange)))
                .orElse(rest);
    }

    private String traceparent() {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        return "00-" + hex(random.nextLong()) + hex(nonZero(random)) + '-' + hex(nonZero(random))
                + (random.nextDouble() < sampled ? "-01" : "-00");
    }

    private static long nonZero(ThreadLocalRandom random) {
        long value;
        do {
            value = random.nextLong();
        } while (value == 0);
        return value;
    }

    private static String hex(long value) {
        return HEX.toHexDigits(value);
    }
}
