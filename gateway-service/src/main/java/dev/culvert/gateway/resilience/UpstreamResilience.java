package dev.culvert.gateway.resilience;

import dev.culvert.gateway.call.Call;
import dev.culvert.gateway.call.Plane;
import dev.culvert.platform.problem.ProblemException;
import io.netty.handler.codec.DecoderException;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import org.springframework.cloud.gateway.filter.GatewayFilterChain;
import org.springframework.cloud.gateway.filter.GlobalFilter;
import org.springframework.cloud.gateway.support.ServerWebExchangeUtils;
import org.springframework.core.Ordered;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/**
 * Stands between the gateway and each service, around the sending of a request and the arrival of the answer's head. The
 * one place for breaker, bulkhead and repetition, in this order. Only what happens to connections counts as failure: an
 * answer is an answer, whatever its status, or one caller could take a service away from all others by asking for what
 * fails.
 *
 * <p>A call is repeated once, when that can do no harm: no connection could be made, or the service broke off before the
 * answer began and the method may be repeated and has no body.
 */
@Component
final class UpstreamResilience implements GlobalFilter, Ordered {
    /** Inside of the filter that writes the answer, outside of the one that sends the request. */
    private static final int ORDER = 10_000;

    private static final Set<HttpMethod> REPEATABLE =
            Set.of(HttpMethod.GET, HttpMethod.HEAD, HttpMethod.OPTIONS, HttpMethod.PUT, HttpMethod.DELETE);

    private final UpstreamStates upstreams;
    private final Duration pause;

    UpstreamResilience(UpstreamStates upstreams, ResilienceProperties properties) {
        this.upstreams = upstreams;
        this.pause = properties.retryPause();
    }

    @Override
    public int getOrder() {
        return ORDER;
    }

    @Override
    public Mono<Void> filter(ServerWebExchange exchange, GatewayFilterChain chain) {
        URI target = exchange.getRequiredAttribute(ServerWebExchangeUtils.GATEWAY_REQUEST_URL_ATTR);
        Upstream upstream = upstreams.at(target);
        if (upstream == null) {
            return chain.filter(exchange);
        }
        try {
            if (Call.of(exchange).destination().plane() == Plane.DATA) {
                return attempt(exchange, chain, upstream, true); // answers there may take as long as they like
            }
            upstream.enter();
        } catch (ProblemException refusal) {
            return Mono.error(refusal);
        }
        return Mono.defer(() -> attempt(exchange, chain, upstream, true)).doFinally(_ -> upstream.release());
    }

    private Mono<Void> attempt(ServerWebExchange exchange, GatewayFilterChain chain, Upstream upstream, boolean first) {
        upstream.admit();
        Replica replica = route(exchange, upstream);
        long started = System.nanoTime();
        return chain.filter(exchange)
                .doOnSuccess(_ -> upstream.answered(replica, System.nanoTime() - started))
                .doOnCancel(upstream::forget)
                .onErrorResume(failure -> {
                    if (!isFault(failure)) {
                        upstream.forget();
                        return Mono.error(failure);
                    }
                    upstream.failed(replica, System.nanoTime() - started, failure);
                    return first && isHarmless(failure, exchange.getRequest()) && upstream.mayRepeat()
                            ? repeat(failure, exchange, chain, upstream)
                            : Mono.error(failure);
                });
    }

    /** Sends the call to the address whose turn it is: a repeated call goes to another, if there is one. */
    static Replica route(ServerWebExchange exchange, Upstream upstream) {
        Replica replica = upstream.replicas().next();
        if (upstream.replicas().several()) {
            exchange.getAttributes()
                    .computeIfPresent(
                            ServerWebExchangeUtils.GATEWAY_REQUEST_URL_ATTR,
                            (_, target) -> replica.target((URI) target));
        }
        return replica;
    }

    private Mono<Void> repeat(
            Throwable failure, ServerWebExchange exchange, GatewayFilterChain chain, Upstream upstream) {
        Mono<Void> again = Mono.defer(() -> attempt(exchange, chain, upstream, false));
        return Upstream.nothingSent(failure) ? Mono.delay(jittered()).then(again) : again;
    }

    /** Between half the pause and all of it, so that those who failed together do not come back together. */
    private Duration jittered() {
        long millis = pause.toMillis();
        return Duration.ofMillis(millis / 2 + ThreadLocalRandom.current().nextLong(millis / 2 + 1));
    }

    private static boolean isFault(Throwable failure) {
        return failure instanceof IOException
                || failure instanceof DecoderException
                || (failure instanceof ResponseStatusException answer
                        && answer.getStatusCode() == HttpStatus.GATEWAY_TIMEOUT);
    }

    private static boolean isHarmless(Throwable failure, ServerHttpRequest request) {
        if (Upstream.nothingSent(failure)) {
            return true;
        }
        HttpHeaders headers = request.getHeaders();
        return failure instanceof IOException
                && REPEATABLE.contains(request.getMethod())
                && headers.getContentLength() <= 0
                && !headers.containsHeader(HttpHeaders.TRANSFER_ENCODING);
    }
}
