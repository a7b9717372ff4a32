package dev.culvert.benchmarks;

import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;

/** How long each of many calls took. */
public final class Timings {
    private final long[] sortedNanos;

    private Timings(long[] sortedNanos) {
        this.sortedNanos = sortedNanos;
    }

    static Timings of(Collection<Long> nanos) {
        return of(nanos.stream().mapToLong(Long::longValue).toArray());
    }

    public static Timings of(long[] nanos) {
        long[] sorted = nanos.clone();
        Arrays.sort(sorted);
        return new Timings(sorted);
    }

    public int count() {
        return sortedNanos.length;
    }

    /** In milliseconds; not a number when there was no call. */
    public double at(double quantile) {
        if (sortedNanos.length == 0) {
            return Double.NaN;
        }
        int index = (int) Math.floor(sortedNanos.length * quantile);
        return sortedNanos[Math.min(sortedNanos.length - 1, index)] / 1e6;
    }

    public double perSecond(Duration span) {
        return sortedNanos.length / (span.toNanos() / 1e9);
    }
}
