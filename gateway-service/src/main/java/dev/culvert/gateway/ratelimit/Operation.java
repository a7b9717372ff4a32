package dev.culvert.gateway.ratelimit;

import dev.culvert.contracts.identity.Tier;
import dev.culvert.gateway.ratelimit.RateLimitProperties.OperationProperties;
import dev.culvert.gateway.ratelimit.RateLimitProperties.Subject;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.Map;
import java.util.Optional;
import org.springframework.http.server.reactive.ServerHttpRequest;

/** The limit of one operation, ready to be used. Equal to itself alone. */
final class Operation {
    private final String name;
    private final CallPattern calls;
    private final Subject by;
    private final int limit;
    private final Span span;
    private final Map<Tier, Integer> factors;
    private final String alias;
    private final boolean instead;
    private final Optional<LocalTime> from;
    private final Optional<LocalTime> until;
    private final ZoneId zone;

    Operation(String name, OperationProperties properties) {
        this.name = name;
        calls = new CallPattern(properties.methods(), properties.paths());
        by = properties.by();
        limit = properties.calls();
        span = properties.bucket() ? Span.bucket(properties.within()) : Span.sliding(properties.within());
        factors = properties.factors();
        alias = properties.alias().orElse("");
        instead = properties.instead();
        from = properties.from();
        until = properties.until();
        zone = properties.zone();
    }

    /** Whether the limit is about a call at this time. */
    boolean covers(ServerHttpRequest request, Instant now) {
        return calls.covers(request) && countsAt(now);
    }

    /** Whether the time of day is one at which the limit counts (requirement P2.6.4). */
    boolean countsAt(Instant now) {
        if (from.isEmpty() || until.isEmpty()) {
            return true;
        }
        LocalTime time = LocalTime.ofInstant(now, zone);
        boolean afterStart = !time.isBefore(from.get());
        boolean beforeEnd = time.isBefore(until.get());
        return from.get().isBefore(until.get()) ? afterStart && beforeEnd : afterStart || beforeEnd;
    }

    /** Whether this binds anonymous callers instead of what usually does. */
    boolean insteadOfAnonymous() {
        return instead;
    }

    Subject by() {
        return by;
    }

    /** The window of one subject, whose part of the key is given; {@code tier} is empty where nobody is known. */
    Window window(String subjectKey, Optional<Tier> tier) {
        int factor = tier.map(factors::get).orElse(1);
        // With the span: slices of another length, counted before a rule changed, would mean other times.
        String key = subjectKey + "operation:" + name + ':' + span.slices() + ':' + span.sliceMillis();
        return new Window(name, key, Math.multiplyExact(limit, factor), span, true, alias);
    }
}
