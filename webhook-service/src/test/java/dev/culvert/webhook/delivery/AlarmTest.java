package dev.culvert.webhook.delivery;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class AlarmTest {
    private final Clock clock = Clock.systemUTC();
    private final Alarm alarm = new Alarm(clock);

    @Test
    void wakesAtTheEarliestTimeItWasSetToAndNotBefore() throws InterruptedException {
        Instant due = clock.instant().plusMillis(80);
        alarm.setTo(clock.instant().plusSeconds(60));
        alarm.setTo(due);

        alarm.await(ofSeconds(30));

        assertThat(clock.instant()).isBetween(due, due.plusSeconds(10));
    }

    @Test
    void aTimeSetWhileNobodyWaitsIsRemembered() throws InterruptedException {
        alarm.setTo(clock.instant());

        assertThat(waited(ofSeconds(30))).isLessThan(ofSeconds(10));
        assertThat(waited(ofMillis(50))).as("but rings once only").isGreaterThanOrEqualTo(ofMillis(49));
    }

    @Test
    void aLaterTimeOutlivesAWaitThatEndsBefore() throws InterruptedException {
        Instant due = clock.instant().plusMillis(120);
        alarm.setTo(due);
        alarm.await(ofMillis(10));

        alarm.await(ofSeconds(30));

        assertThat(clock.instant()).isBetween(due, due.plusSeconds(10));
    }

    @Test
    void wakesAThreadThatIsWaitingAlready() throws InterruptedException {
        Thread.ofVirtual().start(() -> alarm.setTo(clock.instant()));

        assertThat(waited(ofSeconds(30))).isLessThan(ofSeconds(10));
    }

    private Duration waited(Duration longest) throws InterruptedException {
        Instant before = clock.instant();
        alarm.await(longest);
        return Duration.between(before, clock.instant());
    }
}
