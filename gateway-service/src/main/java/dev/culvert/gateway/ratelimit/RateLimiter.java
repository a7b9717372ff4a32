package dev.culvert.gateway.ratelimit;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.culvert.gateway.ratelimit.Places.Place;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/**
 * Counts in Redis; while Redis is lost or slow, in this instance alone with its share of the same numbers (requirement X-28).
 * A request waits for Redis no longer than the budget. After a few failures in a row Redis is left alone for a moment, then
 * one request tries again, so a Redis that hangs does not cost every request its budget. The local counts run along all the
 * time: a caller who has used up half of a budget does not get a full one when Redis goes, nor when it comes back empty.
 *
 * <p>A refusal is repeated for a second without asking Redis: refusing must stay cheaper than serving, and whatever changes
 * meanwhile, be it a limit, a plan or the caller's patience, counts a second later.
 */
@Component
final class RateLimiter {
    private static final Logger log = LoggerFactory.getLogger(RateLimiter.class);
    private static final int FAILURES_BEFORE_PAUSE = 3;
    private static final long PAUSE_NANOS = Duration.ofMillis(500).toNanos();
    private static final long PLACE_RETRY_MILLIS = 1_000;
    private static final int MOST_REFUSED = 50_000;
    private static final Duration REFUSAL_KEPT = Duration.ofSeconds(1);

    private final SharedWindows shared;
    private final LocalWindows local = new LocalWindows();
    private final RateLimitProperties properties;
    private final Clock clock;
    private final AtomicInteger failures = new AtomicInteger();
    private final AtomicLong pausedSince = new AtomicLong();
    private final Cache<Charge, Decision> refused = Caffeine.newBuilder()
            .maximumSize(MOST_REFUSED)
            .expireAfterWrite(REFUSAL_KEPT)
            .build();

    /** How far Redis' clock is ahead of this one's, so that the local windows begin and end with the shared ones. */
    private volatile long aheadMillis;

    RateLimiter(SharedWindows shared, RateLimitProperties properties, Clock clock) {
        this.shared = shared;
        this.properties = properties;
        this.clock = clock;
    }

    /** Never fails. {@code place} is what the charge's places in flight are counted in, with this call. */
    Mono<Decision> count(Charge charge, Optional<Place> place) {
        Optional<Decision> earlier = refusedLately(charge);
        if (earlier.isPresent()) {
            return Mono.just(earlier.get());
        }
        if (paused()) {
            return Mono.just(alone(charge, place));
        }
        return shared.count(charge, place)
                .timeout(properties.redisBudget())
                .map(decision -> {
                    recovered();
                    aheadMillis = decision.nowMillis() - clock.millis();
                    return decision.allowed() ? confirm(decision, charge) : remember(decision, charge);
                })
                .onErrorResume(failure -> {
                    failed(failure);
                    return Mono.just(alone(charge, place));
                });
    }

    /** The refusal of such a call a moment ago. */
    Optional<Decision> refusedLately(Charge charge) {
        Decision earlier = refused.getIfPresent(charge);
        if (earlier == null) {
            return Optional.empty();
        }
        long now = now();
        return earlier.resetAtMillis() > now ? Optional.of(earlier.at(now)) : Optional.empty();
    }

    private long now() {
        return clock.millis() + aheadMillis;
    }

    private Decision remember(Decision refusal, Charge charge) {
        if (!refusal.window().span().isPlaces()) { // a place may be free the next moment
            refused.put(charge, refusal);
        }
        return refusal;
    }

    private Decision alone(Charge charge, Optional<Place> place) {
        int instances = properties.instances();
        boolean crowded = place.isPresent()
                && place.get().inUse()
                        > Math.ceilDiv(charge.places().orElseThrow().limit(), instances);
        if (crowded) {
            return new Decision(false, charge.places().orElseThrow(), 0, now() + PLACE_RETRY_MILLIS, now(), true);
        }
        return local.count(charge, now(), instances).asDegraded();
    }

    /** What came through this instance alone can only be fewer than what came through all, unless Redis has forgotten. */
    private Decision confirm(Decision allowed, Charge charge) {
        Decision own = local.count(charge, allowed.nowMillis(), 1);
        return own.allowed() ? allowed : own;
    }

    /** Whether Redis has not answered the last calls, so that this instance counts alone. */
    boolean alone() {
        return failures.get() >= FAILURES_BEFORE_PAUSE;
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
