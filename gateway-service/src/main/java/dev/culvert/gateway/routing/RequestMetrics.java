package dev.culvert.gateway.routing;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.springframework.http.HttpMethod;
import org.springframework.stereotype.Component;

/**
 * {@code http_requests_total} and {@code http_request_duration_seconds} (requirement X-13). The labels are closed sets, and
 * the meters of a combination are looked up once: the registry's own look-up costs more than the measurement.
 */
@Component
final class RequestMetrics {
    private static final Duration[] EDGES = Stream.of(
                    5, 10, 25, 50, 100, 200, 300, 500, 750, 1_000, 2_000, 5_000, 10_000, 30_000)
            .map(Duration::ofMillis)
            .toArray(Duration[]::new);

    private static final Set<HttpMethod> KNOWN_METHODS = Set.of(HttpMethod.values());

    private final MeterRegistry registry;
    private final AtomicInteger inProgress = new AtomicInteger();
    private final ConcurrentMap<Key, Meters> meters = new ConcurrentHashMap<>();

    RequestMetrics(MeterRegistry registry) {
        this.registry = registry;
        Gauge.builder("http.requests.in.progress", inProgress, AtomicInteger::get)
                .description("HTTP requests being answered")
                .register(registry);
    }

    void started() {
        inProgress.incrementAndGet();
    }

    /** Measures a request that {@link #started()}. */
    void ended(HttpMethod method, String route, int status, long nanos) {
        String label = KNOWN_METHODS.contains(method) ? method.name() : "OTHER"; // anybody can invent methods
        Meters known = meters.computeIfAbsent(new Key(label, route, status), this::register);
        inProgress.decrementAndGet();
        known.requests.increment();
        known.duration.record(nanos, TimeUnit.NANOSECONDS);
    }

    private Meters register(Key key) {
        String status = Integer.toString(key.status);
        Tags tags = Tags.of(
                "method",
                key.method,
                "route",
                key.route,
                "endpoint",
                key.route,
                "status",
                status,
                "status_code",
                status);
        return new Meters(
                registry.counter("http.requests", tags),
                Timer.builder("http.request.duration")
                        .tags(tags)
                        .serviceLevelObjectives(EDGES)
                        .register(registry));
    }

    private record Key(String method, String route, int status) {}

    private record Meters(io.micrometer.core.instrument.Counter requests, Timer duration) {}
}
