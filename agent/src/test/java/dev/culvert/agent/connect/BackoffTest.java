package dev.culvert.agent.connect;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BackoffTest {
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void staysBetweenBaseAndLongestAndGrows(long seed) {
        Backoff backoff = new Backoff(new Random(seed));

        long sum = 0;
        for (int i = 0; i < 100; i++) {
            Duration wait = backoff.next(Duration.ZERO);
            assertThat(wait).as("seed %d", seed).isBetween(Backoff.BASE, Backoff.LONGEST);
            sum += wait.toMillis();
        }
        assertThat(sum / 100).isGreaterThan(Backoff.BASE.toMillis() * 5);
    }

    @Test
    void startsShortAgainAfterAReset() {
        Backoff backoff = new Backoff(new Random(1));
        for (int i = 0; i < 20; i++) {
            backoff.next(Duration.ZERO);
        }

        backoff.reset();

        assertThat(backoff.next(Duration.ZERO)).isLessThanOrEqualTo(Backoff.BASE.multipliedBy(3));
    }

    @Test
    void waitsAtLeastAsLongAsTheServerAskedAndSpreadsThat() {
        Backoff backoff = new Backoff(new Random(1));
        Duration asked = Duration.ofSeconds(60);

        for (int i = 0; i < 50; i++) {
            assertThat(backoff.next(asked))
                    .isBetween(asked, asked.plusSeconds(6).plusMillis(1));
        }
    }
}
