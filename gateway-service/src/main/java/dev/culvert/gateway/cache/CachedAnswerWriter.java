package dev.culvert.gateway.cache;

import dev.culvert.gateway.cache.Flight.Outcome;
import dev.culvert.gateway.cache.Flight.Source;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Gives an outcome to one client: with its age, where it came from, and without a body if the client has it already. */
@Component
final class CachedAnswerWriter {
    /** RFC 9110 §15.4.5. */
    private static final Set<String> OF_NOT_MODIFIED =
            Set.of("cache-control", "content-location", "date", "etag", "expires", "vary", "last-modified");

    private static final String COLLAPSED = "collapsed";

    private final Clock clock;
    private final Map<String, Counter> counters;

    CachedAnswerWriter(Clock clock, MeterRegistry registry) {
        this.clock = clock;
        counters = Stream.concat(Arrays.stream(Source.values()).map(Source::label), Stream.of(COLLAPSED))
                .collect(Collectors.toUnmodifiableMap(
                        Function.identity(),
                        result -> Counter.builder("cache.requests")
                                .description("Cacheable requests by where their answer came from")
                                .tags("cache", "responses", "result", result)
                                .register(registry)));
    }

    /**
     * Writes it.
     *
     * @param collapsed whether the client joined a call that another had started
     * @return empty when it is too late to read the body
     */
    Optional<Mono<Void>> write(Outcome outcome, boolean collapsed, ServerWebExchange exchange) {
        ServerHttpResponse response = exchange.getResponse();
        Optional<Flux<DataBuffer>> body = outcome.body().read(response.bufferFactory());
        if (body.isEmpty()) {
            return Optional.empty();
        }
        boolean known = isKnown(outcome.head(), exchange.getRequest().getHeaders());
        response.setStatusCode(
                known
                        ? HttpStatus.NOT_MODIFIED
                        : HttpStatusCode.valueOf(outcome.head().status()));
        HttpHeaders headers = response.getHeaders();
        Set<String> said = headers.headerNames().stream()
                .map(name -> name.toLowerCase(Locale.ROOT))
                .collect(Collectors.toSet());
        for (Head.Field field : outcome.head().fields()) {
            String name = field.name().toLowerCase(Locale.ROOT);
            if (known ? OF_NOT_MODIFIED.contains(name) : !said.contains(name) || name.equals("vary")) {
                headers.add(field.name(), field.value());
            }
        }
        long now = clock.millis();
        outcome.kept().ifPresent(kept -> headers.set(HttpHeaders.AGE, Long.toString(kept.ageSeconds(now))));
        headers.set("Cache-Status", status(outcome, collapsed, now));
        count(
                collapsed && outcome.kept().isEmpty()
                        ? COLLAPSED
                        : outcome.source().label());
        if (known) {
            return Optional.of(response.setComplete());
        }
        if (HttpMethod.HEAD.equals(exchange.getRequest().getMethod())) {
            outcome.kept().ifPresent(kept -> headers.setContentLength(kept.body().length));
            return Optional.of(response.setComplete());
        }
        if (outcome.kept().isPresent()) {
            headers.setContentLength(outcome.kept().get().body().length);
            return Optional.of(response.writeWith(body.get()));
        }
        return Optional.of(response.writeAndFlushWith(body.get().map(Mono::just)));
    }

    private void count(String result) {
        Counter counter = counters.get(result);
        if (counter != null) {
            counter.increment();
        }
    }

    private static String status(Outcome outcome, boolean collapsed, long now) {
        StringBuilder status =
                new StringBuilder("Culvert; ").append(outcome.source().words());
        outcome.kept().ifPresent(kept -> status.append("; ttl=").append(kept.ttlSeconds(now)));
        return collapsed && outcome.source() != Source.HIT && outcome.source() != Source.STOOD_IN
                ? status.append("; collapsed").toString()
                : status.toString();
    }

    /** Whether the client's copy is this one (RFC 9110 §13.1.2, §13.1.3); the conditions did not go to the service. */
    private static boolean isKnown(Head head, HttpHeaders request) {
        if (head.status() != 200) {
            return false;
        }
        List<String> tags = request.getOrEmpty(HttpHeaders.IF_NONE_MATCH);
        if (!tags.isEmpty()) {
            return head.first(HttpHeaders.ETAG)
                    .map(CachedAnswerWriter::opaque)
                    .filter(own -> Arrays.stream(String.join(",", tags).split(",", -1))
                            .map(tag -> opaque(tag.strip()))
                            .anyMatch(tag -> tag.equals("*") || tag.equals(own)))
                    .isPresent();
        }
        long since = request.getIfModifiedSince();
        return since >= 0
                && head.date(HttpHeaders.LAST_MODIFIED)
                        .filter(modified -> modified.toEpochMilli() <= since)
                        .isPresent();
    }

    private static String opaque(String tag) {
        return tag.startsWith("W/") ? tag.substring(2) : tag;
    }
}
