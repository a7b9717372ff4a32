package dev.culvert.gateway.resilience;

import dev.culvert.gateway.call.Call;
import dev.culvert.gateway.call.Elsewhere;
import dev.culvert.gateway.call.Plane;
import dev.culvert.platform.problem.ProblemException;
import io.netty.handler.codec.DecoderException;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
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
 * <p>A call is repeated, once at each other address and once where there is no other, when that can do no harm: no connection
 * could be made, or the service broke off before the answer began and the method may be repeated and has no body.
 */
@Component
final class UpstreamResilience implements GlobalFilter, Ordered {
    /** Inside of the filter that writes the answer, outside of the one that sends the request. */
    private static final int ORDER = 10_000;

    private static final Set<HttpMethod> REPEATABLE =
            Set.of(HttpMethod.GET, HttpMethod.HEAD, HttpMethod.OPTIONS, HttpMethod.PUT, HttpMethod.DELETE);

    private static final int MOST_REPETITIONS = 2;

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
                // Answers there may take as long as they like.
                return attempt(exchange, chain, upstream, null, repetitions(upstream));
            }
            upstream.enter();
        } catch (ProblemException refusal) {
            return Mono.error(refusal);
        }
        return Mono.defer(() -> attempt(exchange, chain, upstream, null, repetitions(upstream)))
                .doFinally(_ -> upstream.release());
    }

    private static int repetitions(Upstream upstream) {
        return Math.min(MOST_REPETITIONS, Math.max(1, upstream.replicas().size() - 1));
    }

    private Mono<Void> attempt(
            ServerWebExchange exchange,
            GatewayFilterChain chain,
            Upstream upstream,
            @Nullable Replica avoided,
            int repetitions) {
        upstream.admit();
        Replica replica = route(exchange, upstream, avoided);
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
                    if (repetitions == 0
                            || !isHarmless(failure, exchange.getRequest())
                            || !upstream.mayRepeat(replica)) {
                        return Mono.error(failure);
                    }
                    Mono<Void> again = Mono.defer(() -> attempt(exchange, chain, upstream, replica, repetitions - 1));
                    return Upstream.nothingSent(failure) && !upstream.replicas().several()
                            ? Mono.delay(jittered()).then(again)
                            : again;
                });
    }

    /**
     * Sends the call to the address whose turn it is.
     *
     * @param avoided where it has just failed
     */
    static Replica route(ServerWebExchange exchange, Upstream upstream, @Nullable Replica avoided) {
        Replica replica = upstream.replicas().next(avoided);
        if (upstream.replicas().several()) {
            exchange.getAttributes()
                    .computeIfPresent(
                            ServerWebExchangeUtils.GATEWAY_REQUEST_URL_ATTR,
                            (_, target) -> replica.target((URI) target));
        }
        exchange.getAttributes().put(Elsewhere.ATTRIBUTE, elsewhere(exchange, upstream, replica));
        return replica;
    }

    /** Nobody is blamed: an answer that breaks off may be the doing of whoever is behind the service. */
    private static Elsewhere elsewhere(ServerWebExchange exchange, Upstream upstream, Replica used) {
        AtomicReference<Replica> last = new AtomicReference<>(used);
        return () -> {
            URI target = exchange.getRequiredAttribute(ServerWebExchangeUtils.GATEWAY_REQUEST_URL_ATTR);
            Replica next = last.updateAndGet(upstream.replicas()::next);
            return upstream.replicas().several() ? next.target(target) : target;
        };
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
