package dev.culvert.gateway.ratelimit;

import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/**
 * Counts in Redis; while Redis is lost or slow, in this instance alone with the same numbers (requirement X-28). A request
 * waits for Redis no longer than the budget. After a few failures in a row Redis is left alone for a moment, then one
 * request tries again, so a Redis that hangs does not cost every request its budget. The local counts run along all the
 * time: a caller who has used up half of a budget does not get a full one when Redis goes, nor when it comes back empty.
 */
@Component
final class RateLimiter {
    private static final Logger log = LoggerFactory.getLogger(RateLimiter.class);
    private static final int FAILURES_BEFORE_PAUSE = 3;
    private static final long PAUSE_NANOS = Duration.ofMillis(500).toNanos();

    private final SharedWindows shared;
    private final LocalWindows local;
    private final Duration budget;
    private final AtomicInteger failures = new AtomicInteger();
    private final AtomicLong pausedSince = new AtomicLong();

    RateLimiter(SharedWindows shared, RateLimitProperties properties, Clock clock) {
        this.shared = shared;
        this.local = new LocalWindows(clock);
        this.budget = properties.redisBudget();
    }

    /** Never fails. */
    Mono<Decision> count(List<Window> windows) {
        if (paused()) {
            return Mono.just(local.count(windows).asDegraded());
        }
        return shared.count(windows)
                .timeout(budget)
                .map(decision -> {
                    recovered();
                    return decision.allowed() ? confirm(decision, windows) : decision;
                })
                .onErrorResume(failure -> {
                    failed(failure);
                    return Mono.just(local.count(windows).asDegraded());
                });
    }

    /** What came through this instance alone can only be fewer than what came through all, unless Redis has forgotten. */
    private Decision confirm(Decision allowed, List<Window> windows) {
        Decision own = local.count(windows);
        return own.allowed() ? allowed : own;
    }

    private boolean paused() {
        if (failures.get() < FAILURES_BEFORE_PAUSE) {
            return false;
        }
        long since = pausedSince.get();
        long now = System.nanoTime();
        // One caller moves the mark and by that tries Redis; the others stay local meanwhile.
        return now - since < PAUSE_NANOS || !pausedSince.compareAndSet(since, now);
    }

    private void failed(Throwable failure) {
        if (failures.incrementAndGet() == FAILURES_BEFORE_PAUSE) {
            pausedSince.set(System.nanoTime());
            log.atWarn()
                    .addKeyValue("reason", failure.toString())
                    .log("Redis does not answer in time, limits are counted by this instance alone");
        }
    }

    private void recovered() {
        if (failures.get() != 0 && failures.getAndSet(0) >= FAILURES_BEFORE_PAUSE) {
            log.info("Redis answers again, limits are shared between instances");
        }
    }
}
