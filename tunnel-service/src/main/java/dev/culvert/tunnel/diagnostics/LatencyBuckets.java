package dev.culvert.tunnel.diagnostics;

import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Counts of durations in fixed buckets that widen by a fourth of an octave each: from 0.1 ms to about two hours every value
 * is told within 10 %. Being fixed, the counts of several processes and hours can be added up, which percentiles cannot.
 */
final class LatencyBuckets {
    /** Number of buckets; the last takes everything longer. */
    static final int SIZE = 104;

    private static final double FIRST_BOUND_NANOS = 100_000;
    private static final double STEPS_PER_OCTAVE = 4;

    private final long[] counts = new long[SIZE];
    private long total;

    /**
     * A histogram for reading.
     *
     * @param count values in it
     * @param buckets those with any value, from the shortest on
     */
    record Latency(
            @Schema(example = "128") long count,
            @Schema(example = "42.5") double p50Millis,
            @Schema(example = "120.3") double p90Millis,
            @Schema(example = "180.1") double p95Millis,
            @Schema(example = "404.9") double p99Millis,
            @Schema(example = "480.0") double maxMillis,
            List<Bucket> buckets) {}

    /**
     * How many values were not longer than this and longer than the one before.
     */
    record Bucket(
            @Schema(example = "50.9") double upToMillis,
            @Schema(example = "12") long count) {}

    static int indexOf(Duration duration) {
        double octaves = Math.log(Math.max(1, duration.toNanos()) / FIRST_BOUND_NANOS) / Math.log(2);
        int index = (int) Math.ceil(octaves * STEPS_PER_OCTAVE - 1e-9);
        return Math.clamp(index, 0, SIZE - 1);
    }

    /** Longest duration of a bucket in milliseconds. */
    static double boundMillis(int index) {
        return FIRST_BOUND_NANOS * Math.pow(2, index / STEPS_PER_OCTAVE) / 1e6;
    }

    /** Adds counts of any part of the buckets. */
    void add(Long[] more) {
        for (int i = 0; i < more.length && i < SIZE; i++) {
            counts[i] += more[i];
            total += more[i];
        }
    }

    Latency read() {
        List<Bucket> filled = new ArrayList<>();
        for (int i = 0; i < SIZE; i++) {
            if (counts[i] > 0) {
                filled.add(new Bucket(rounded(boundMillis(i)), counts[i]));
            }
        }
        double longest = filled.isEmpty() ? 0 : filled.getLast().upToMillis();
        return new Latency(total, percentile(50), percentile(90), percentile(95), percentile(99), longest, filled);
    }

    /** The middle of the bucket in which the value lies that so many percent do not exceed; 0 when there is none. */
    double percentile(double percent) {
        long rank = Math.max(1, (long) Math.ceil(total * percent / 100));
        long seen = 0;
        for (int i = 0; i < SIZE; i++) {
            seen += counts[i];
            if (seen >= rank) {
                return rounded(boundMillis(i) / Math.pow(2, 0.5 / STEPS_PER_OCTAVE));
            }
        }
        return 0;
    }

    private static double rounded(double millis) {
        return Math.round(millis * 100) / 100.0;
    }
}
