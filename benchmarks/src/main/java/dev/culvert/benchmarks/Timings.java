package dev.culvert.benchmarks;

import java.time.Duration;
import java.util.Collection;

/** How long each of many calls took. */
final class Timings {
    private final long[] sortedNanos;

    private Timings(long[] sortedNanos) {
        this.sortedNanos = sortedNanos;
    }

    static Timings of(Collection<Long> nanos) {
        return new Timings(nanos.stream().mapToLong(Long::longValue).sorted().toArray());
    }

    int count() {
        return sortedNanos.length;
    }

    /** In milliseconds. */
    double at(double quantile) {
        int index = (int) Math.floor(sortedNanos.length * quantile);
        return sortedNanos[Math.min(sortedNanos.length - 1, index)] / 1e6;
    }

    double perSecond(Duration span) {
        return sortedNanos.length / (span.toNanos() / 1e9);
    }
}
