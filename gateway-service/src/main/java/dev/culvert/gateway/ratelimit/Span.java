package dev.culvert.gateway.ratelimit;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;

/**
 * The stretch of time a limit is about, and how calls are counted in it (requirement X-28). Time is cut into slices, numbered
 * from 1970 on. The calls of a slice count until {@link #slices} further ones have begun and ended.
 *
 * @param slices whole slices that count beside the one under way: 12 for sliding windows, 0 for calendar ones, -1 for buckets,
 *     -2 for places in flight
 * @param sliceMillis length of a slice, or of a whole bucket's refill; 0 for calendar months
 */
record Span(int slices, long sliceMillis) {
    /**
     * A slice counts until it has left the window as a whole, so never more than the limit pass in any span of the length, at
     * the price of places that return late by up to one slice.
     */
    private static final int SLIDING_SLICES = 12;

    private static final int BUCKET = -1;
    private static final int PLACES = -2;

    /** A month of the calendar, in UTC. */
    static final Span MONTH = new Span(0, 0);

    /** Any span of this length, wherever it begins. */
    static Span sliding(Duration length) {
        return new Span(SLIDING_SLICES, length.toMillis() / SLIDING_SLICES);
    }

    /** The hours or days of the calendar, in UTC. */
    static Span calendar(Duration length) {
        return new Span(0, length.toMillis());
    }

    /** A token bucket that is full again after this time without calls (requirements P2.6.1, S2.22). */
    static Span bucket(Duration refill) {
        return new Span(BUCKET, refill.toMillis());
    }

    /** No time, but calls under way; an instance that is not heard of for so long has none. */
    static Span places(Duration lease) {
        return new Span(PLACES, lease.toMillis());
    }

    boolean isPlaces() {
        return slices == PLACES;
    }

    boolean isBucket() {
        return slices == BUCKET;
    }

    /** The number of the slice under way. */
    long slice(long millis) {
        if (sliceMillis > 0) {
            return Math.floorDiv(millis, sliceMillis);
        }
        LocalDate day = LocalDate.ofInstant(Instant.ofEpochMilli(millis), ZoneOffset.UTC);
        return day.getYear() * 12L + day.getMonthValue() - 1;
    }

    /** When a slice begins, Unix milliseconds. */
    long start(long slice) {
        return sliceMillis > 0
                ? slice * sliceMillis
                : LocalDate.of((int) Math.floorDiv(slice, 12L), (int) Math.floorMod(slice, 12L) + 1, 1)
                        .atStartOfDay(ZoneOffset.UTC)
                        .toInstant()
                        .toEpochMilli();
    }

    /** When the calls of a slice no longer count, Unix milliseconds. */
    long end(long slice) {
        return start(slice + slices + 1);
    }

    /** The length that is told to callers, in seconds. */
    long seconds() {
        if (sliceMillis == 0) {
            return Duration.ofDays(30).toSeconds();
        }
        return Math.max(1, Math.ceilDiv(sliceMillis * Math.max(slices, 1), 1000));
    }
}
