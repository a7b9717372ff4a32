package dev.culvert.agent.cli;

import java.time.Duration;
import java.util.OptionalLong;
import java.util.function.LongSupplier;

/**
 * Keeps lines about requests to a number that somebody could read. Writing each of thousands a second to a terminal costs the
 * agent more than forwarding it.
 */
final class RequestPace {
    static final int LINES_A_SECOND = 50;

    private static final long SECOND = Duration.ofSeconds(1).toNanos();

    private final LongSupplier nanoTime;
    private long secondBegan;
    private int shown;
    private long left;

    /** @param nanoTime source of monotonic time */
    RequestPace(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.secondBegan = nanoTime.getAsLong();
    }

    /**
     * Asks for one more line. From any thread.
     *
     * @return how many were left out since the last one that was shown; empty if this one is left out as well
     */
    synchronized OptionalLong next() {
        long now = nanoTime.getAsLong();
        if (now - secondBegan >= SECOND) {
            secondBegan = now;
            shown = 0;
        }
        if (shown == LINES_A_SECOND) {
            left++;
            return OptionalLong.empty();
        }
        shown++;
        long missing = left;
        left = 0;
        return OptionalLong.of(missing);
    }
}
