package dev.culvert.tunnelprotocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class LinkWindowTest {
    private static final int MEGABYTE = 1024 * 1024;

    private long now = -7;
    private final LinkWindow window = new LinkWindow(MEGABYTE, now);
    private int size = MEGABYTE;

    @Test
    void growsWithALongWayUntilItIsFilled() {
        window.answered(TimeUnit.MILLISECONDS.toNanos(200));

        // The way takes 15 MB/s, of which a round trip of 200 ms lets pass a window.
        for (int i = 0; i < 20; i++) {
            pass(Math.min(size, 3 * MEGABYTE), 200);
        }

        assertThat(size).isBetween(3 * MEGABYTE, 6 * MEGABYTE);
    }

    @Test
    void staysAsItIsOnAShortWayHoweverMuchPasses() {
        window.answered(TimeUnit.MICROSECONDS.toNanos(500));

        for (int i = 0; i < 100; i++) {
            pass(5 * MEGABYTE, 10); // 500 MB/s
        }

        assertThat(size).isEqualTo(MEGABYTE);
    }

    @Test
    void takesAnAnswerThatWaitedForNoLongWay() {
        window.answered(TimeUnit.MILLISECONDS.toNanos(1));
        window.answered(TimeUnit.MILLISECONDS.toNanos(100));

        for (int i = 0; i < 100; i++) {
            pass(MEGABYTE / 2, 10);
        }

        assertThat(size).isEqualTo(MEGABYTE);
    }

    @Test
    void neverGrowsBeyondTheLargest() {
        window.answered(TimeUnit.SECONDS.toNanos(1));

        for (int i = 0; i < 20; i++) {
            pass(100 * MEGABYTE, 1000);
        }

        assertThat(size).isEqualTo(LinkWindow.LARGEST_BYTES);
    }

    @Test
    void doesNotGrowBeforeTheWayIsKnown() {
        for (int i = 0; i < 20; i++) {
            pass(100 * MEGABYTE, 10);
        }

        assertThat(size).isEqualTo(MEGABYTE);
    }

    private void pass(int bytes, long millis) {
        now += TimeUnit.MILLISECONDS.toNanos(millis);
        size += window.arrived(bytes, now);
    }
}
