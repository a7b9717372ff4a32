package dev.culvert.platform.requests;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * Records answered requests under the metric names of requirements X-13 and S1.31 and in one log line (S1.40, X-14).
 * Labels are bounded: routes are templates, unknown methods are counted together.
 */
final class RequestRecorder {
    private static final Logger log = LoggerFactory.getLogger(RequestRecorder.class);
    private static final Set<String> METHODS =
            Set.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT");
    private static final Set<String> PROBES = Set.of("/health", "/health/live", "/health/ready", "/ready", "/metrics");
    private static final Duration[] BUCKETS = Stream.of(
                    5, 10, 25, 50, 100, 200, 300, 500, 750, 1_000, 2_000, 5_000, 10_000, 30_000)
            .map(Duration::ofMillis)
            .toArray(Duration[]::new);

    private final RequestsProperties properties;
    private final Meter.MeterProvider<Counter> requests;
    private final Meter.MeterProvider<Counter> errors;
    private final Meter.MeterProvider<Timer> durations;
    private final AtomicInteger inProgress = new AtomicInteger();

    RequestRecorder(MeterRegistry registry, RequestsProperties properties) {
        this.properties = properties;
        requests = Counter.builder("http.requests")
                .description("Answered HTTP requests")
                .withRegistry(registry);
        errors = Counter.builder("http.request.errors")
                .description("HTTP requests answered with a failure, by its kind")
                .withRegistry(registry);
        durations = Timer.builder("http.request.duration")
                .description("Time from the request to the end of its answer")
                .serviceLevelObjectives(BUCKETS)
                .withRegistry(registry);
        Gauge.builder("http.requests.in.progress", inProgress, AtomicInteger::get)
                .description("HTTP requests being answered")
                .register(registry);
    }

    void started() {
        inProgress.incrementAndGet();
    }

    /** Records the end of a request that {@link #started()}. */
    void ended(AnsweredRequest request) {
        inProgress.decrementAndGet();
        String method = METHODS.contains(request.method()) ? request.method() : "OTHER";
        String status = Integer.toString(request.status());
        Tags tags = Tags.of(
                "method", method,
                "route", request.route(),
                "status", status,
                "endpoint", request.route(),
                "status_code", status);
        requests.withTags(tags).increment();
        durations.withTags(tags).record(request.duration());
        if (request.status() >= 400) {
            String kind = errorType(request.status());
            errors.withTags("method", method, "route", request.route(), "error_type", kind)
                    .increment();
        }
        log(request);
    }

    private static String errorType(int status) {
        return switch (status) {
            case 401 -> "authentication";
            case 403 -> "authorization";
            case 404 -> "not_found";
            case 409 -> "conflict";
            case 429 -> "rate_limit";
            case 503, 504 -> "service_unavailable";
            default -> status < 500 ? "validation" : "server";
        };
    }

    private void log(AnsweredRequest request) {
        boolean slow = request.firstByte().compareTo(properties.slow()) > 0;
        double millis = request.duration().toNanos() / 1e6;
        line(request, slow)
                .addKeyValue("action", "request")
                .addKeyValue("method", request.method())
                .addKeyValue("path", request.path())
                .addKeyValue("endpoint", request.route())
                .addKeyValue("status_code", request.status())
                .addKeyValue("duration_ms", millis)
                .addKeyValue("response_time_ms", millis)
                .log(slow ? "Request answered slowly" : "Request answered");
    }

    private LoggingEventBuilder line(AnsweredRequest request, boolean slow) {
        if (slow) {
            return log.atWarn();
        }
        return properties.log() && !PROBES.contains(request.path()) ? log.atInfo() : log.atDebug();
    }
}
