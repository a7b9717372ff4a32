package dev.culvert.gateway.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.gateway.ratelimit.Places.Place;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The script in a real Redis, with a clock that the test moves. */
class SharedWindowsIT {
    private static final ScriptedRedis REDIS = new ScriptedRedis();
    private static final SharedWindows ONE = REDIS.instance();
    private static final SharedWindows TWO = REDIS.instance();

    @AfterAll
    static void stop() {
        REDIS.close();
    }

    @BeforeEach
    void forget() {
        REDIS.forget();
    }

    /** Requirement PT9, and that refused calls do not count (S3.4): both implementations say the same all the time. */
    @ParameterizedTest
    @ValueSource(longs = {1, 20, 300, 4000})
    void neverLetsMoreThanAllowedPassForAnyArrivals(long seed) {
        Random random = new Random(seed);
        Charge charge = charge(
                sliding("minute", 5 + random.nextInt(10), Duration.ofMinutes(1)).paced(0.8),
                sliding("burst", 3 + random.nextInt(4), Duration.ofSeconds(10)),
                new Window("hour", "{a}hour", 20 + random.nextInt(20), Span.calendar(Duration.ofHours(1))),
                new Window("day", "{a}day", 100, Span.calendar(Duration.ofDays(1))),
                new Window("bucket", "{a}bucket", 4, Span.bucket(Duration.ofSeconds(20))));
        LocalWindows model = new LocalWindows();
        List<Long> passed = new ArrayList<>();

        for (int i = 0; i < 2_000; i++) {
            REDIS.pass(random.nextInt(
                    switch (random.nextInt(100)) {
                        case 0 -> 4_000_000;
                        case 1, 2, 3, 4 -> 70_000;
                        default -> 3_000;
                    }));
            Decision decision = count(random.nextBoolean() ? ONE : TWO, charge);
            Decision expected = model.count(charge, REDIS.now(), 1);
            assertThat(decision).as("seed %d, call %d", seed, i).isEqualTo(expected);
            if (decision.allowed()) {
                passed.add(REDIS.now());
                assertWithinLimits(charge, passed, seed);
            }
        }
    }

    /** Requirements S3.1, S3.3: the hour's, the day's and the month's border in turn, each until its window's end. */
    @Test
    void holdsAKeyToEachOfItsLimits() {
        Charge key = charge(
                new Window("key-hour", "{a}hour", 3, Span.calendar(Duration.ofHours(1))),
                new Window("key-day", "{a}day", 5, Span.calendar(Duration.ofDays(1))),
                new Window("key-month", "{a}month", 7, Span.MONTH));
        REDIS.set(Instant.parse("2096-02-27T10:15:00Z").toEpochMilli());

        passes(key, 3);
        refusedUntil(key, "key-hour", "2096-02-27T11:00:00Z");
        passes(key, 2);
        refusedUntil(key, "key-day", "2096-02-28T00:00:00Z");
        passes(key, 2);
        refusedUntil(key, "key-month", "2096-03-01T00:00:00Z");
        passes(key, 3);
    }

    /** Requirements S2.21, S3.7. */
    @Test
    void holdsATenantToEachOfItsLimits() {
        Charge tenant = charge(
                sliding("tenant-minute", 5, Duration.ofMinutes(1)),
                new Window("tenant-hour", "{a}hour", 8, Span.calendar(Duration.ofHours(1))),
                new Window("tenant-day", "{a}day", 10, Span.calendar(Duration.ofDays(1))));
        REDIS.set(Instant.parse("2096-07-01T10:15:00Z").toEpochMilli());

        passes(tenant, 5);
        refusedUntil(tenant, "tenant-minute", "2096-07-01T10:16:05Z");
        passes(tenant, 3);
        refusedUntil(tenant, "tenant-hour", "2096-07-01T11:00:00Z");
        passes(tenant, 2);
        refusedUntil(tenant, "tenant-day", "2096-07-02T00:00:00Z");
        passes(tenant, 1);
    }

    /** Requirements S2.22, P2.6.1, S4.60. */
    @Test
    void letsABurstPassAndThenTheSteadyRateOverTwoInstances() {
        Charge bucket = charge(new Window("bucket", "{a}bucket", 10, Span.bucket(Duration.ofSeconds(10))));

        for (int i = 0; i < 10; i++) {
            assertThat(count(i % 2 == 0 ? ONE : TWO, bucket).allowed()).isTrue();
        }
        Decision refused = count(ONE, bucket);
        assertThat(refused.allowed()).isFalse();
        assertThat(refused.resetAtMillis() - refused.nowMillis()).isEqualTo(1_000);
        for (int second = 0; second < 5; second++) {
            REDIS.pass(1_000);
            assertThat(count(second % 2 == 0 ? TWO : ONE, bucket).allowed()).isTrue();
            assertThat(count(second % 2 == 0 ? ONE : TWO, bucket).allowed()).isFalse();
        }
    }

    /** Requirement S4.61: doubling, bounded; forgiven later. */
    @Test
    void makesThoseWaitLongerWhoDoNotWait() {
        Charge impatient = charge(new Window("user", "{a}user", 2, Span.sliding(Duration.ofMinutes(1)), true, ""));
        REDIS.set(Instant.parse("2096-07-01T10:00:00Z").toEpochMilli());
        passes(impatient, 2);

        List<Long> waits = new ArrayList<>();
        for (int i = 0; i < 7; i++) {
            Decision refused = count(ONE, impatient);
            assertThat(refused.allowed()).isFalse();
            waits.add(Math.ceilDiv(refused.resetAtMillis() - refused.nowMillis(), 1000L));
            count(TWO, impatient); // what comes at the same moment is no further offence
            REDIS.pass(1_000);
        }
        assertThat(waits).containsExactly(65L, 130L, 260L, 300L, 300L, 300L, 300L);

        REDIS.pass(295_000);
        assertThat(count(ONE, impatient).allowed()).as("still waiting").isFalse();
        REDIS.pass(300_000 + 16 * 60_000); // the last call was an offence too; then all is forgiven
        passes(impatient, 2);
        Decision again = count(ONE, impatient);
        assertThat(again.resetAtMillis() - again.nowMillis()).isLessThanOrEqualTo(65_000);
    }

    @Test
    void doesNotPunishThoseWhoWaitAsTold() {
        Charge patient = charge(new Window("user", "{a}user", 2, Span.sliding(Duration.ofMinutes(1)), true, ""));

        for (int i = 0; i < 5; i++) {
            passes(patient, 2);
            Decision refused = count(ONE, patient);
            assertThat(refused.allowed()).isFalse();
            assertThat(refused.resetAtMillis() - refused.nowMillis()).isLessThanOrEqualTo(65_000);
            REDIS.set(refused.resetAtMillis());
        }
    }

    /** Requirements S1.26, S4.60. */
    @Test
    void slidesOverTheBorderOfAMinute() {
        Charge user = charge(sliding("user-minute", 10, Duration.ofMinutes(1)));
        REDIS.set(Instant.parse("2096-07-01T10:00:58Z").toEpochMilli());

        passes(user, 10);
        REDIS.set(Instant.parse("2096-07-01T10:01:01Z").toEpochMilli());

        assertThat(count(TWO, user).allowed()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(longs = {7, 77})
    void knowsTheMonthsOfTheCalendar(long seed) {
        Random random = new Random(seed);
        for (int i = 0; i < 200; i++) {
            OffsetDateTime now = OffsetDateTime.of(2096, 1, 1, 0, 0, 0, 0, ZoneOffset.UTC)
                    .plusDays(random.nextInt(3_000))
                    .plusSeconds(random.nextInt(86_400));
            REDIS.set(now.toInstant().toEpochMilli());
            Charge month = charge(new Window("month", "{a}month" + i, 1, Span.MONTH));

            assertThat(count(ONE, month).resetAtMillis())
                    .as("seed %d, %s", seed, now)
                    .isEqualTo(now.withDayOfMonth(1)
                            .plusMonths(1)
                            .toLocalDate()
                            .atStartOfDay(ZoneOffset.UTC)
                            .toInstant()
                            .toEpochMilli());
        }
    }

    /** Requirement R6.3: an instance that died has no calls under way. */
    @Test
    void freesThePlacesOfAnInstanceThatIsNotHeardOfAnyMore() {
        Window places = new Window("in-flight", "{a}in-flight", 2, Span.places(Duration.ofSeconds(30)));
        Charge charge = charge(sliding("minute", 100, Duration.ofMinutes(1)), places);
        Places local = new Places(REDIS.redis(), TestLimits.with());
        try {
            Place mine = local.take(places);
            local.take(places);
            assertThat(decide(ONE, charge, mine).allowed()).isTrue();
            Place other = new Places(REDIS.redis(), TestLimits.with()).take(places);

            Decision refused = decide(TWO, charge, other);
            assertThat(refused.allowed()).isFalse();
            assertThat(refused.window()).isEqualTo(places);
            REDIS.pass(29_000);
            assertThat(decide(TWO, charge, other).allowed()).isFalse();
            REDIS.pass(2_000);
            assertThat(decide(TWO, charge, other).allowed()).isTrue();
        } finally {
            local.stop();
        }
    }

    private static Decision decide(SharedWindows instance, Charge charge, Place place) {
        return Objects.requireNonNull(instance.count(charge, Optional.of(place)).block(Duration.ofSeconds(10)));
    }

    static void assertWithinLimits(Charge charge, List<Long> passed, long seed) {
        long now = passed.getLast();
        for (Window window : charge.windows()) {
            Span span = window.span();
            if (span.isBucket()) {
                double rate = (double) window.limit() / span.sliceMillis();
                for (int i = Math.max(0, passed.size() - 20); i < passed.size(); i++) {
                    assertThat(passed.size() - i)
                            .as("seed %d, %s", seed, window.name())
                            .isLessThanOrEqualTo((int) (window.limit() + rate * (now - passed.get(i)) + 1e-3));
                }
            } else {
                long since =
                        span.slices() == 0 ? span.start(span.slice(now)) - 1 : now - span.slices() * span.sliceMillis();
                assertThat(passed.reversed().stream()
                                .takeWhile(time -> time > since)
                                .count())
                        .as("seed %d, %s", seed, window.name())
                        .isLessThanOrEqualTo(window.limit());
            }
        }
    }

    private static void passes(Charge charge, int times) {
        for (int i = 0; i < times; i++) {
            assertThat(count(i % 2 == 0 ? ONE : TWO, charge).allowed())
                    .as("call %d", i)
                    .isTrue();
        }
    }

    /** Is refused by this window; a moment before the told time still, then no longer. */
    private static void refusedUntil(Charge charge, String window, String end) {
        Decision refused = count(TWO, charge);
        assertThat(refused.allowed()).isFalse();
        assertThat(refused.window().name()).isEqualTo(window);
        assertThat(Instant.ofEpochMilli(refused.resetAtMillis())).isEqualTo(Instant.parse(end));
        REDIS.set(refused.resetAtMillis() - 1);
        assertThat(count(ONE, charge).allowed()).isFalse();
        REDIS.set(refused.resetAtMillis());
    }

    private static Charge charge(Window... windows) {
        return new Charge("{a}", List.of(windows));
    }

    private static Window sliding(String name, int limit, Duration length) {
        return new Window(name, "{a}" + name, limit, Span.sliding(length));
    }

    private static Decision count(SharedWindows instance, Charge charge) {
        return Objects.requireNonNull(instance.count(charge, Optional.empty()).block(Duration.ofSeconds(10)));
    }
}
