package dev.culvert.tunnel.edge;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ArrivalPaceTest {
    private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 5); // such a clock may overflow
    private final ArrivalPace pace = new ArrivalPace(now::get);
    private final UUID tunnel = UUID.randomUUID();
    private final UUID key = UUID.randomUUID();

    private void pass(Duration time) {
        now.addAndGet(time.toNanos());
    }

    @Test
    void letsAllThatATunnelCanHaveComeAtOnceAndThenTwiceInASecond() {
        for (int i = 0; i < ArrivalPace.AT_ONCE; i++) {
            assertThat(pace.arrive(tunnel, key)).isEmpty();
        }

        assertThat(pace.arrive(tunnel, key)).contains(ArrivalPace.WAIT);
        pass(Duration.ofSeconds(1));
        assertThat(pace.arrive(tunnel, key)).isEmpty();
        assertThat(pace.arrive(tunnel, key)).isEmpty();
        assertThat(pace.arrive(tunnel, key)).isPresent();
    }

    /** Cut ten times a second. */
    @Test
    void slowsOneDownThatFlaps() {
        int let = 0;
        for (int i = 0; i < 600; i++) {
            let += pace.arrive(tunnel, key).isEmpty() ? 1 : 0;
            pass(Duration.ofMillis(100));
        }

        assertThat(let).isBetween(240, 250);
    }

    @Test
    void countsTunnelsAndCredentialsApart() {
        for (int i = 0; i <= ArrivalPace.AT_ONCE; i++) {
            pace.arrive(tunnel, key);
        }

        assertThat(pace.arrive(tunnel, UUID.randomUUID())).isEmpty();
        assertThat(pace.arrive(UUID.randomUUID(), key)).isEmpty();
    }
}
