package dev.culvert.gateway.ratelimit;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.culvert.gateway.ratelimit.RateLimiter.CheckedBy;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.springframework.stereotype.Component;

/** What the limits do, in numbers (requirement R6.10). Labels are names of limits and types of exemptions: closed sets. */
@Component
final class LimitMetrics {
    private static final Duration[] EDGES =
            Stream.of(1, 2, 5, 10, 50, 200).map(Duration::ofMillis).toArray(Duration[]::new);
    private static final double HUNDRED = 100.0;

    private final MeterRegistry registry;
    private final RateLimiter limiter;
    private final Places places;
    private final PacingQueue queue;
    private final AdaptiveLimits adaptive;
    private final Counter allowed;
    private final Counter blocked;
    private final Counter violations;
    private final Counter lost;
    private final Timer checks;
    private final DistributionSummary usage;
    private final DistributionSummary burst;
    private final ConcurrentMap<String, Counter> byLimit = new ConcurrentHashMap<>();
    private final ConcurrentMap<String, Counter> exemptions = new ConcurrentHashMap<>();
    private final Cache<String, Boolean> limitedUsers = Caffeine.newBuilder()
            .maximumSize(100_000)
            .expireAfterWrite(Duration.ofMinutes(1))
            .build();

    LimitMetrics(
            MeterRegistry registry, RateLimiter limiter, Places places, PacingQueue queue, AdaptiveLimits adaptive) {
        this.registry = registry;
        this.limiter = limiter;
        this.places = places;
        this.queue = queue;
        this.adaptive = adaptive;
        allowed = registry.counter("rate.limit.requests.allowed");
        blocked = registry.counter("rate.limit.requests.blocked");
        violations = registry.counter("rate.limit.violations");
        lost = Counter.builder("rate.limit.violations.lost")
                .description("Violations that could not be told to admin-service")
                .register(registry);
        checks = Timer.builder("rate.limit.check.duration")
                .serviceLevelObjectives(EDGES)
                .register(registry);
        usage = DistributionSummary.builder("rate.limit.window.usage.percent")
                .description("How much of the tightest window was used up, at each check")
                .register(registry);
        burst = DistributionSummary.builder("rate.limit.burst.usage.percent")
                .description("How much of a caller's calls at one moment was in use at this instance, at each check")
                .register(registry);
        Gauge.builder("rate.limited.users.active", limitedUsers, cache -> {
                    cache.cleanUp();
                    return cache.estimatedSize();
                })
                .description("Callers that were refused within the last minute")
                .register(registry);
        Gauge.builder("rate.limit.concurrent.requests", places, Places::inUse)
                .description("Calls under way that count in somebody's limit")
                .register(registry);
        for (CheckedBy by : CheckedBy.values()) {
            FunctionCounter.builder("rate.limit.checks", limiter, one -> (double) one.checks(by))
                    .tag("by", by.name().toLowerCase(Locale.ROOT))
                    .description("Checks by what answered them; those by redis took a trip to it")
                    .register(registry);
        }
        Gauge.builder("rate.limit.queue.waiting", queue, PacingQueue::waiting)
                .description("Calls that wait for their turn")
                .register(registry);
        for (PacingQueue.End end : PacingQueue.End.values()) {
            FunctionCounter.builder("rate.limit.queue.calls", queue, one -> (double) one.ended(end))
                    .tag("end", end.name().toLowerCase(Locale.ROOT))
                    .description("Calls that waited for their turn, by how that ended")
                    .register(registry);
        }
        Gauge.builder(
                        "rate.limit.adaptive.multiplier",
                        adaptive,
                        one -> one.state().multiplier())
                .description("Part of the limits of a minute that counts at the present load")
                .register(registry);
        Gauge.builder("rate.limit.degraded", limiter, one -> one.alone() ? 1 : 0)
                .description("1 while limits are counted by this instance alone, because Redis does not answer")
                .register(registry);
    }

    /** Totals since the start of this gateway; {@code limitedUsers} are those of the last minute. */
    record Summary(
            long allowed,
            long blocked,
            long violationsLost,
            Map<String, Long> violationsByType,
            Map<String, Long> exemptions,
            Map<String, Long> checks,
            long limitedUsers,
            int concurrentRequests,
            int waitingCalls,
            double adaptiveMultiplier,
            boolean degraded) {}

    Summary summary() {
        limitedUsers.cleanUp();
        Map<String, Long> answered = new TreeMap<>();
        for (CheckedBy by : CheckedBy.values()) {
            answered.put(by.name().toLowerCase(Locale.ROOT), limiter.checks(by));
        }
        return new Summary(
                (long) allowed.count(),
                (long) blocked.count(),
                (long) lost.count(),
                counts(byLimit),
                counts(exemptions),
                answered,
                limitedUsers.estimatedSize(),
                places.inUse(),
                queue.waiting(),
                adaptive.state().multiplier(),
                limiter.alone());
    }

    private static Map<String, Long> counts(Map<String, Counter> counters) {
        Map<String, Long> counts = new TreeMap<>();
        counters.forEach((name, counter) -> counts.put(name.toLowerCase(Locale.ROOT), (long) counter.count()));
        return counts;
    }

    void checked(Decision decision, long nanos) {
        checks.record(nanos, TimeUnit.NANOSECONDS);
        usage.record(HUNDRED - HUNDRED * decision.remaining() / decision.limit());
        if (decision.allowed()) {
            allowed.increment();
        }
    }

    /** A call of a caller who has so many under way. */
    void underWay(int calls, int limit) {
        burst.record(HUNDRED * calls / limit);
    }

    /** A refusal, by any of the limits. */
    void refused(Decision decision, String caller) {
        blocked.increment();
        violations.increment();
        byLimit.computeIfAbsent(
                        decision.window().name(),
                        name -> registry.counter("rate.limit.violations.by.type", "type", name))
                .increment();
        limitedUsers.put(caller, Boolean.TRUE);
    }

    void exempted(Exemption exemption) {
        exemptions
                .computeIfAbsent(
                        exemption.type().name(),
                        type -> registry.counter("rate.limit.exemptions", "type", type.toLowerCase(Locale.ROOT)))
                .increment();
    }

    /** Violations nobody will read about. */
    void lost(long calls) {
        lost.increment((double) calls);
    }
}
