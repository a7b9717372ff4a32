package dev.culvert.gateway.ratelimit;

import java.time.Duration;

/**
 * At most {@code limit} calls in any span of {@code length}.
 *
 * @param key what is counted, the same on all instances
 */
record Window(String key, int limit, Duration length) {
    /**
     * A window is counted in this many slices plus the one under way. A slice counts until it has left the window as a
     * whole, so never more than the limit pass in any span of the length, at the price of places that return late by up
     * to one slice.
     */
    static final int SLICES = 12;

    long sliceMillis() {
        return length.toMillis() / SLICES;
    }
}
