package dev.culvert.tunnel.diagnostics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LatencyBucketsTest {
    @Test
    void tellsEveryDurationWithinTenPercent() {
        Random random = new Random(7);
        for (int i = 0; i < 10_000; i++) {
            double millis = 0.1 * Math.pow(2, random.nextDouble() * 24);
            int index = LatencyBuckets.indexOf(Duration.ofNanos((long) (millis * 1e6)));
            double told = LatencyBuckets.boundMillis(index) / Math.pow(2, 0.125);

            assertThat(told / millis).isBetween(0.9, 1.1);
        }
    }

    @Test
    void findsPercentilesOfAKnownSampleHoweverItIsSpread() {
        long[] sample = new Random(11).longs(5_000, 1, 3_000).sorted().toArray();
        LatencyBuckets all = new LatencyBuckets();
        for (int part = 0; part < 5; part++) {
            Long[] counts = new Long[LatencyBuckets.SIZE];
            Arrays.fill(counts, 0L);
            for (int i = part; i < sample.length; i += 5) {
                counts[LatencyBuckets.indexOf(Duration.ofMillis(sample[i]))]++;
            }
            all.add(counts);
        }

        LatencyBuckets.Latency latency = all.read();

        assertThat(latency.count()).isEqualTo(5_000);
        assertThat(latency.p50Millis()).isCloseTo(sample[2_499], within(sample[2_499] * 0.1));
        assertThat(latency.p99Millis()).isCloseTo(sample[4_949], within(sample[4_949] * 0.1));
        assertThat(latency.buckets().stream()
                        .mapToLong(LatencyBuckets.Bucket::count)
                        .sum())
                .isEqualTo(5_000);
    }

    @Test
    void hasNothingToTellOfNothing() {
        assertThat(new LatencyBuckets().read()).isEqualTo(new LatencyBuckets.Latency(0, 0, 0, 0, 0, 0, List.of()));
    }
}
