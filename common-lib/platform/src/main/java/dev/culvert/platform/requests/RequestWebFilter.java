package dev.culvert.platform.requests;

import dev.culvert.platform.correlation.Correlation;
import dev.culvert.platform.correlation.ReactiveCorrelation;
import java.util.Objects;
import java.util.stream.Stream;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.reactive.HandlerMapping;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;

/** Records WebFlux requests. */
final class RequestWebFilter implements WebFilter {
    /** Where Spring Cloud Gateway leaves the path pattern of the route it took. */
    private static final String GATEWAY_PATTERN =
            "org.springframework.cloud.gateway.support.ServerWebExchangeUtils.gatewayPredicateMatchedPathAttr";

    /** Status of a request whose client left before the answer began; never sent, only counted. */
    private static final int CLIENT_LEFT = 499;

    private final RequestRecorder recorder;

    RequestWebFilter(RequestRecorder recorder) {
        this.recorder = recorder;
    }

    @Override
    public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
        var stopwatch = new Stopwatch();
        ServerHttpResponse response = exchange.getResponse();
        response.beforeCommit(() -> {
            stopwatch.answerBegins().forEach(response.getHeaders()::set); // over whatever an upstream answered
            return Mono.empty();
        });
        recorder.started();
        return chain.filter(exchange)
                .doOnSuccess(_ -> end(exchange, status(response, 200), stopwatch))
                .doOnCancel(() -> end(exchange, status(response, CLIENT_LEFT), stopwatch))
                .doOnError(_ -> endAfterFailure(exchange, stopwatch));
    }

    /** Failures are answered outside the filters: the status is known when that answer begins. */
    private void endAfterFailure(ServerWebExchange exchange, Stopwatch stopwatch) {
        ServerHttpResponse response = exchange.getResponse();
        if (response.isCommitted()) {
            end(exchange, status(response, 500), stopwatch);
        } else {
            response.beforeCommit(() -> {
                end(exchange, status(response, 500), stopwatch);
                return Mono.empty();
            });
        }
    }

    private void end(ServerWebExchange exchange, int status, Stopwatch stopwatch) {
        try (Correlation.Open _ = Correlation.open(ReactiveCorrelation.of(exchange))) {
            recorder.ended(new AnsweredRequest(
                    exchange.getRequest().getMethod().name(),
                    exchange.getRequest().getPath().value(),
                    route(exchange),
                    status,
                    stopwatch.firstByte(),
                    stopwatch.elapsed()));
        }
    }

    private static int status(ServerHttpResponse response, int otherwise) {
        HttpStatusCode status = response.getStatusCode();
        if (status != null) {
            return status.value();
        }
        return response.isCommitted() ? 200 : otherwise;
    }

    private static String route(ServerWebExchange exchange) {
        return Stream.of(GATEWAY_PATTERN, HandlerMapping.BEST_MATCHING_PATTERN_ATTRIBUTE)
                .map(name -> exchange.<Object>getAttribute(name))
                .filter(Objects::nonNull)
                .map(Object::toString)
                .findFirst()
                .orElse(AnsweredRequest.UNKNOWN_ROUTE);
    }
}
