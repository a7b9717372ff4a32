package dev.culvert.gateway.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The algorithm of requirement X-28, as the instance runs it without Redis. */
class LocalWindowsTest {
    private static final Window TEN_A_MINUTE = minute("a", 10);

    private final SettableClock clock = new SettableClock(Instant.parse("2026-01-01T00:00:00Z"));
    private final LocalWindows windows = new LocalWindows();

    @Test
    void letsTheLimitPassAndRefusesTheNext() {
        for (int left = 9; left >= 0; left--) {
            assertThat(count(TEN_A_MINUTE))
                    .satisfies(this::isAllowed)
                    .extracting(Decision::remaining)
                    .isEqualTo(left);
        }

        assertThat(count(TEN_A_MINUTE).allowed()).isFalse();
    }

    @Test
    void givesPlacesBackAtTheToldTime() {
        for (int i = 0; i < 10; i++) {
            count(TEN_A_MINUTE);
        }
        Decision refused = count(TEN_A_MINUTE);

        clock.set(refused.resetAtMillis() - 1);
        assertThat(count(TEN_A_MINUTE).allowed()).isFalse();
        clock.set(refused.resetAtMillis());
        assertThat(count(TEN_A_MINUTE).allowed()).isTrue();
    }

    @Test
    void takesNothingFromAnyWindowWhenOneRefuses() {
        Window narrow = minute("b", 1);
        count(narrow);

        for (int i = 0; i < 20; i++) {
            assertThat(count(TEN_A_MINUTE, narrow).allowed()).isFalse();
        }

        assertThat(count(TEN_A_MINUTE).remaining()).isEqualTo(9);
    }

    @Test
    void speaksForTheTightestWindow() {
        Window hour = new Window("hour", "c", 5, Span.sliding(Duration.ofHours(1)));

        assertThat(count(TEN_A_MINUTE, hour).limit()).isEqualTo(5);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 20, 300, 4000, 50000})
    void neverLetsMoreThanTheLimitPassInAnySpan(long seed) {
        Random random = new Random(seed);
        Deque<Long> passed = new ArrayDeque<>();
        for (int i = 0; i < 20_000; i++) {
            clock.set(clock.millis() + random.nextInt(random.nextInt(50) == 0 ? 70_000 : 1_500));
            if (count(TEN_A_MINUTE).allowed()) {
                passed.addLast(clock.millis());
                while (passed.getFirst() <= clock.millis() - 60_000) {
                    passed.removeFirst();
                }
                assertThat(passed).as("seed %d, call %d", seed, i).hasSizeLessThanOrEqualTo(10);
            }
        }
    }

    @Test
    void allowsItsShareOfTheNumberAmongInstances() {
        Charge charge = new Charge("a", List.of(TEN_A_MINUTE));

        for (int i = 0; i < 5; i++) {
            assertThat(windows.count(charge, clock.millis(), 2).allowed()).isTrue();
        }
        assertThat(windows.count(charge, clock.millis(), 2).allowed()).isFalse();
    }

    private Decision count(Window... of) {
        return windows.count(new Charge("a", List.of(of)), clock.millis(), 1);
    }

    private static Window minute(String key, int limit) {
        return new Window("minute", key, limit, Span.sliding(Duration.ofMinutes(1)));
    }

    private void isAllowed(Decision decision) {
        assertThat(decision.allowed()).isTrue();
    }
}
