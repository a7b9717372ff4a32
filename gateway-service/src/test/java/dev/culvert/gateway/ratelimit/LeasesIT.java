package dev.culvert.gateway.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.benmanes.caffeine.cache.Ticker;
import dev.culvert.gateway.ratelimit.Places.Place;
import dev.culvert.gateway.ratelimit.RateLimiter.CheckedBy;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Calls that are paid for in advance, at two gateways with one real Redis, whose clock the test moves. */
class LeasesIT {
    private static final ScriptedRedis REDIS = new ScriptedRedis();
    private static final RateLimitProperties PATIENT = TestLimits.with("redis-budget", "10s", "instances", "2");

    @AfterAll
    static void stop() {
        REDIS.close();
    }

    @BeforeEach
    void forget() {
        REDIS.forget();
    }

    /** One gateway's limiter; each has its own idea of the time. */
    private record Gateway(RateLimiter limiter, Charge charge) {
        static Gateway start(Duration skew, Window... windows) {
            Ticker ticker = () -> Duration.ofMillis(REDIS.now()).toNanos();
            return new Gateway(
                    new RateLimiter(REDIS.instance(), PATIENT, Clock.offset(REDIS.clock(), skew), ticker),
                    new Charge("{a}", List.of(windows)));
        }

        Decision count() {
            return Objects.requireNonNull(
                    limiter.count(charge, Optional.empty()).block(Duration.ofSeconds(20)));
        }
    }

    /** Requirement PT9: bursts, pauses, clocks that are hours apart, Redis killed and started anew. */
    @ParameterizedTest
    @ValueSource(longs = {2, 30})
    void neverLetMoreThanAllowedPassForAnyArrivals(long seed) {
        Random random = new Random(seed);
        Window[] windows = {
            sliding("minute", 200 + random.nextInt(600), Duration.ofMinutes(1)),
            sliding("ten-seconds", 140 + random.nextInt(200), Duration.ofSeconds(10)),
            new Window("hour", "{a}hour", 2_000, Span.calendar(Duration.ofHours(1))),
            new Window("month", "{a}month", 100_000, Span.MONTH)
        };
        List<Gateway> gateways = List.of(
                Gateway.start(Duration.ofMinutes(random.nextInt(600) - 300), windows),
                Gateway.start(Duration.ofMinutes(random.nextInt(600) - 300), windows));
        List<Long> passed = new ArrayList<>();

        int current = 0;
        for (int i = 0; i < 5_000; i++) {
            int chance = random.nextInt(1_000);
            REDIS.pass(chance < 2 ? random.nextInt(200_000) : chance < 20 ? random.nextInt(3_000) : random.nextInt(8));
            current = chance % 9 == 0 ? 1 - current : current;
            if (i % 2_000 == 1_000) {
                REDIS.restart();
            }
            if (chance % 50 == 0) {
                gateways.forEach(gateway -> gateway.limiter().giveBackUnused());
            }
            Decision decision = gateways.get(current).count();
            assertThat(decision.degraded()).as("seed %d, call %d", seed, i).isFalse();
            if (decision.allowed()) {
                passed.add(REDIS.now());
                SharedWindowsIT.assertWithinLimits(gateways.getFirst().charge(), passed, seed);
            }
        }

        assertThat(gateways.stream().mapToLong(gateway -> gateway.limiter().checks(CheckedBy.LEASE)))
                .as("seed %d", seed)
                .allMatch(paid -> paid > 50);
    }

    /** Requirement R6.3: a wide budget ends at its number too, although part of it was paid for in advance. */
    @Test
    void letAsManyPassAsAllowedAndNoFewer() {
        REDIS.set(Instant.parse("2096-07-01T10:00:00Z").toEpochMilli());
        Window minute = sliding("minute", 500, Duration.ofMinutes(1));
        List<Gateway> gateways =
                List.of(Gateway.start(Duration.ZERO, minute), Gateway.start(Duration.ofHours(1), minute));

        int passed = 0;
        for (int i = 0; i < 1_000; i++) {
            REDIS.pass(7); // over the borders of a second and of a slice
            passed += gateways.get(i % 2).count().allowed() ? 1 : 0;
        }

        assertThat(passed).isEqualTo(500);
        assertThat(gateways.getFirst().limiter().checks(CheckedBy.LEASE)).isPositive();
    }

    /** What is told of the calls that are left falls by one each. */
    @Test
    void keepMostCallsOfABusyCallerAwayFromRedis() {
        REDIS.set(Instant.parse("2096-07-01T10:00:00Z").toEpochMilli());
        Gateway gateway = Gateway.start(Duration.ZERO, sliding("minute", 10_000, Duration.ofMinutes(1)));

        for (int i = 1; i <= 1_000; i++) {
            assertThat(gateway.count().remaining()).isEqualTo(10_000 - i);
        }

        assertThat(gateway.limiter().checks(CheckedBy.REDIS)).isLessThan(100);
        assertThat(gateway.limiter().checks(CheckedBy.LEASE)).isGreaterThan(900);
    }

    /** What was paid for and not used counts for nobody. */
    @Test
    void areGivenBackWhenTheCallerStops() {
        REDIS.set(Instant.parse("2096-07-01T10:00:00Z").toEpochMilli());
        Window minute = sliding("minute", 10_000, Duration.ofMinutes(1));
        Gateway gateway = Gateway.start(Duration.ZERO, minute);
        Gateway other = Gateway.start(Duration.ZERO, minute);
        for (int i = 0; i < 1_000; i++) {
            gateway.count();
        }
        assertThat(other.count().remaining()).isLessThan(8_999);

        REDIS.pass(1_000);
        gateway.limiter().giveBackUnused();
        REDIS.pass(3_000);

        assertThat(gateway.count().remaining()).isEqualTo(8_998);
    }

    /** Requirement R6.1a: calls that do not ask Redis hold no more places in flight than it knows of. */
    @Test
    void doNotPassBeyondThePlacesInFlight() {
        Window minute = sliding("minute", 1_000_000, Duration.ofMinutes(1));
        Window inFlight = new Window("in-flight", "{a}in-flight", 20, Span.places(Duration.ofSeconds(30)));
        List<InFlight> gateways = List.of(InFlight.start(minute, inFlight), InFlight.start(minute, inFlight));
        Random random = new Random(5);
        List<Place> open = new ArrayList<>();
        try {
            for (int i = 0; i < 3_000; i++) {
                if (random.nextInt(20) < open.size() && !open.isEmpty()) {
                    open.remove(random.nextInt(open.size())).release();
                } else {
                    InFlight gateway = gateways.get(random.nextInt(10) / 9);
                    Place place = gateway.places.take(inFlight);
                    if (gateway.allows(place)) {
                        open.add(place);
                    } else {
                        place.release();
                    }
                }
                assertThat(open).hasSizeLessThanOrEqualTo(20);
            }
            assertThat(gateways.getFirst().limiter.checks(CheckedBy.LEASE)).isPositive(); // more on a faster machine
        } finally {
            gateways.forEach(gateway -> gateway.places.stop());
        }
    }

    private record InFlight(Places places, RateLimiter limiter, Charge charge) {
        static InFlight start(Window... windows) {
            SharedRedis redis = REDIS.redis();
            Places places = new Places(redis, PATIENT);
            SharedWindows shared = ScriptedRedis.instance(redis, places.instance(), PATIENT);
            return new InFlight(
                    places,
                    new RateLimiter(shared, PATIENT, REDIS.clock(), Ticker.systemTicker()),
                    new Charge("{a}", Stream.of(windows).toList()));
        }

        boolean allows(Place place) {
            return Objects.requireNonNull(
                            limiter.count(charge, Optional.of(place)).block(Duration.ofSeconds(20)))
                    .allowed();
        }
    }

    private static Window sliding(String name, int limit, Duration length) {
        return new Window(name, "{a}" + name, limit, Span.sliding(length));
    }
}
