package dev.culvert.agent.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class RequestPaceTest {
    private final AtomicLong now = new AtomicLong();
    private final RequestPace pace = new RequestPace(now::get);

    @Test
    void showsEachRequestAtThePaceOfAPerson() {
        for (int i = 0; i < 500; i++) {
            now.addAndGet(Duration.ofMillis(21).toNanos());

            assertThat(pace.next()).hasValue(0);
        }
    }

    @Test
    void leavesOutWhatNobodyCouldReadAndSaysHowMuch() {
        for (int i = 0; i < RequestPace.LINES_A_SECOND; i++) {
            assertThat(pace.next()).hasValue(0);
        }
        for (int i = 0; i < 10_000; i++) {
            assertThat(pace.next()).isEmpty();
        }
        now.addAndGet(Duration.ofSeconds(1).toNanos());

        assertThat(pace.next()).hasValue(10_000);
        assertThat(pace.next()).hasValue(0);
    }
}
