package dev.culvert.gateway.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The algorithm of requirement X-28, as the instance runs it without Redis. */
class LocalWindowsTest {
    private static final Window TEN_A_MINUTE = new Window("a", 10, Duration.ofMinutes(1));

    private final SettableClock clock = new SettableClock();
    private final LocalWindows windows = new LocalWindows(clock);

    @Test
    void letsTheLimitPassAndRefusesTheNext() {
        for (int left = 9; left >= 0; left--) {
            assertThat(windows.count(List.of(TEN_A_MINUTE)))
                    .satisfies(this::isAllowed)
                    .extracting(Decision::remaining)
                    .isEqualTo(left);
        }

        assertThat(windows.count(List.of(TEN_A_MINUTE)).allowed()).isFalse();
    }

    @Test
    void givesPlacesBackAtTheToldTime() {
        for (int i = 0; i < 10; i++) {
            windows.count(List.of(TEN_A_MINUTE));
        }
        Decision refused = windows.count(List.of(TEN_A_MINUTE));

        clock.set(refused.resetAtMillis() - 1);
        assertThat(windows.count(List.of(TEN_A_MINUTE)).allowed()).isFalse();
        clock.set(refused.resetAtMillis());
        assertThat(windows.count(List.of(TEN_A_MINUTE)).allowed()).isTrue();
    }

    @Test
    void takesNothingFromAnyWindowWhenOneRefuses() {
        Window narrow = new Window("b", 1, Duration.ofMinutes(1));
        windows.count(List.of(narrow));

        for (int i = 0; i < 20; i++) {
            assertThat(windows.count(List.of(TEN_A_MINUTE, narrow)).allowed()).isFalse();
        }

        assertThat(windows.count(List.of(TEN_A_MINUTE)).remaining()).isEqualTo(9);
    }

    @Test
    void speaksForTheTightestWindow() {
        Window hour = new Window("c", 5, Duration.ofHours(1));

        assertThat(windows.count(List.of(TEN_A_MINUTE, hour)).limit()).isEqualTo(5);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 20, 300, 4000, 50000})
    void neverLetsMoreThanTheLimitPassInAnySpan(long seed) {
        Random random = new Random(seed);
        Deque<Long> passed = new ArrayDeque<>();
        for (int i = 0; i < 20_000; i++) {
            clock.set(clock.millis() + random.nextInt(random.nextInt(50) == 0 ? 70_000 : 1_500));
            if (windows.count(List.of(TEN_A_MINUTE)).allowed()) {
                passed.addLast(clock.millis());
                while (passed.getFirst() <= clock.millis() - 60_000) {
                    passed.removeFirst();
                }
                assertThat(passed).as("seed %d, call %d", seed, i).hasSizeLessThanOrEqualTo(10);
            }
        }
    }

    private void isAllowed(Decision decision) {
        assertThat(decision.allowed()).isTrue();
    }

    private static final class SettableClock extends Clock {
        private long now = Instant.parse("2026-01-01T00:00:00Z").toEpochMilli();

        void set(long millis) {
            now = millis;
        }

        @Override
        public long millis() {
            return now;
        }

        @Override
        public Instant instant() {
            return Instant.ofEpochMilli(now);
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    }
}
