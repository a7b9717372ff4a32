package dev.culvert.gateway.ratelimit;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import dev.culvert.gateway.ratelimit.Leases.Lease;
import dev.culvert.gateway.ratelimit.Places.Place;
import java.time.Clock;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/**
 * Counts in Redis; while Redis is lost or slow, in this instance alone with its share of the same numbers (requirement X-28).
 * A request waits for Redis no longer than the budget. After a few failures in a row no request waits for it any more: Redis is
 * asked for a sign of life beside them, up to twice a second, and counts again when it gives one. The local counts run along all the
 * time: a caller who has used up half of a budget does not get a full one when Redis goes, nor when it comes back empty.
 *
 * <p>A refusal is repeated for a second without asking Redis: refusing must stay cheaper than serving. A second is the
 * earliest at which the answer can change: the limit, the plan, what other instances had paid for and did not use, and how
 * long the impatient wait. Calls of busy callers are {@linkplain Leases paid for in advance}.
 */
@Component
final class RateLimiter {
    private static final Logger log = LoggerFactory.getLogger(RateLimiter.class);
    private static final int FAILURES_BEFORE_PAUSE = 3;
    private static final long PAUSE_NANOS = Duration.ofMillis(500).toNanos();
    private static final long PLACE_RETRY_MILLIS = 1_000;
    private static final int MOST_REFUSED = 50_000;
    private static final Duration REFUSAL_KEPT = Duration.ofSeconds(1);

    /** Counted to see whether Redis counts. */
    private static final Charge PROBE = new Charge(
            "limit:{probe}:",
            List.of(new Window(
                    "probe", "limit:{probe}:probe", Integer.MAX_VALUE, Span.sliding(Duration.ofMinutes(1)))));

    private final SharedWindows shared;
    private final LocalWindows local = new LocalWindows();
    private final RateLimitProperties properties;
    private final Clock clock;
    private final Ticker ticker;
    private final Leases leases;
    private final AtomicInteger failures = new AtomicInteger();
    private final AtomicLong askedNanos = new AtomicLong();
    private final Map<CheckedBy, LongAdder> checks = new EnumMap<>(CheckedBy.class);
    private final Cache<Charge, Decision> refused;
    private final List<Runnable> recoveryListeners = new CopyOnWriteArrayList<>();

    /** How far Redis' clock is ahead of this one's, so that the local windows begin and end with the shared ones. */
    private volatile long aheadMillis;

    /** What answered a call. */
    enum CheckedBy {
        /** The counts all instances share. */
        REDIS,
        /** What was paid for in advance. */
        LEASE,
        /** A refusal a moment ago. */
        REFUSAL,
        /** This instance alone, because Redis is lost or slow. */
        ALONE
    }

    @Autowired
    RateLimiter(SharedWindows shared, RateLimitProperties properties, Clock clock) {
        this(shared, properties, clock, Ticker.systemTicker());
    }

    /** With a time of its own, for tests. */
    RateLimiter(SharedWindows shared, RateLimitProperties properties, Clock clock, Ticker ticker) {
        this.shared = shared;
        this.properties = properties;
        this.clock = clock;
        this.ticker = ticker;
        leases = new Leases(shared, ticker);
        refused = Caffeine.newBuilder()
                .maximumSize(MOST_REFUSED)
                .expireAfterWrite(REFUSAL_KEPT)
                .ticker(ticker)
                .build();
        for (CheckedBy by : CheckedBy.values()) {
            checks.put(by, new LongAdder());
        }
    }

    /** Runs {@code listener} each time Redis is back. */
    void onRecovery(Runnable listener) {
        recoveryListeners.add(listener);
    }

    /** Gives back what was paid for in advance and not used. Repeated by {@link LimitUpkeep}. */
    void giveBackUnused() {
        leases.giveBack();
    }

    /** Never fails. {@code place} is what the charge's places in flight are counted in, with this call. */
    Mono<Decision> count(Charge charge, Optional<Place> place) {
        Optional<Decision> earlier = refusedLately(charge);
        if (earlier.isPresent()) {
            return by(CheckedBy.REFUSAL, earlier.get());
        }
        if (alone()) {
            lookForRedis();
            return by(CheckedBy.ALONE, alone(charge, place));
        }
        Optional<Lease> lease = leases.of(charge);
        Optional<Decision> paid = lease.flatMap(one -> one.take(place));
        return paid.isPresent()
                ? by(CheckedBy.LEASE, confirm(paid.get().at(now()), charge))
                : ask(charge, place, lease);
    }

    private Mono<Decision> ask(Charge charge, Optional<Place> place, Optional<Lease> lease) {
        int wanted = lease.map(Lease::wanted).orElse(0);
        long askedAt = ticker.read();
        Mono<Decision> answer = shared.count(charge, place, wanted)
                .timeout(properties.redisBudget())
                .map(grant -> {
                    recovered();
                    count(CheckedBy.REDIS);
                    Decision decision = grant.decision();
                    aheadMillis = decision.nowMillis() - clock.millis();
                    lease.ifPresent(one -> one.add(grant, askedAt, place));
                    return decision.allowed() ? confirm(decision, charge) : remember(decision, charge);
                })
                .onErrorResume(failure -> {
                    failed(failure);
                    return by(CheckedBy.ALONE, alone(charge, place));
                });
        return wanted > 0 ? answer.doFinally(_ -> lease.ifPresent(Lease::asked)) : answer;
    }

    private Mono<Decision> by(CheckedBy by, Decision decision) {
        count(by);
        return Mono.just(decision);
    }

    private void count(CheckedBy by) {
        Objects.requireNonNull(checks.get(by)).increment();
    }

    /** Calls that were answered this way. */
    long checks(CheckedBy by) {
        return Objects.requireNonNull(checks.get(by)).sum();
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
            return Decision.refused(charge.places().orElseThrow(), now() + PLACE_RETRY_MILLIS, now())
                    .asDegraded();
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

    /** Asks Redis for a sign of life from time to time; nobody waits for it. */
    private void lookForRedis() {
        long last = askedNanos.get();
        long now = ticker.read();
        if (now - last >= PAUSE_NANOS && askedNanos.compareAndSet(last, now)) {
            var _ = shared.count(PROBE, Optional.empty())
                    .timeout(properties.redisBudget())
                    .subscribe(_ -> recovered(), _ -> {});
        }
    }

    private void failed(Throwable failure) {
        if (failures.incrementAndGet() == FAILURES_BEFORE_PAUSE) {
            askedNanos.set(ticker.read());
            log.atWarn()
                    .addKeyValue("reason", failure.toString())
                    .log("Redis does not answer in time, limits are counted by this instance alone");
        }
    }

    private void recovered() {
        if (failures.get() != 0 && failures.getAndSet(0) >= FAILURES_BEFORE_PAUSE) {
            log.info("Redis answers again, limits are shared between instances");
            recoveryListeners.forEach(Runnable::run);
        }
    }
}
