package dev.culvert.webhook.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.webhook.delivery.AttemptResult.Answered;
import dev.culvert.webhook.delivery.AttemptResult.Unanswered;
import dev.culvert.webhook.endpoint.RetryPolicy;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** X-5, S3.28: which waits lie between tries, and when tries end. */
class RetryScheduleTest {
    private static final Instant NOW = Instant.parse("2026-11-22T10:00:00Z");
    private static final AttemptResult ERROR = answered(500);

    private final RetrySchedule schedule = new RetrySchedule(DeliveryPropertiesTest.bind(Map.of()), new Random(7));

    @ParameterizedTest
    @CsvSource({
        "STANDARD, 1, 60",
        "STANDARD, 2, 300",
        "STANDARD, 3, 900",
        "EXTENDED, 1, 5",
        "EXTENDED, 2, 30",
        "EXTENDED, 3, 300",
        "EXTENDED, 4, 3600"
    })
    void waitsAreLowerBoundsAndAtMostTenPercentLonger(RetryPolicy policy, int number, long seconds) {
        Duration wait = Duration.ofSeconds(seconds);

        for (int i = 0; i < 1000; i++) {
            NextStep next = schedule.after(policy, number, ERROR, NOW);

            assertThat(next)
                    .isInstanceOfSatisfying(
                            NextStep.TryAgain.class,
                            again -> assertThat(again.at())
                                    .isBetween(
                                            NOW.plus(wait),
                                            NOW.plus(wait.multipliedBy(11).dividedBy(10))));
        }
    }

    @ParameterizedTest
    @CsvSource({"STANDARD, 4", "EXTENDED, 5"})
    void givesUpAfterTheLastTry(RetryPolicy policy, int tries) {
        assertThat(schedule.tries(policy)).isEqualTo(tries);
        assertThat(schedule.after(policy, tries - 1, ERROR, NOW)).isInstanceOf(NextStep.TryAgain.class);
        assertThat(schedule.after(policy, tries, ERROR, NOW)).isEqualTo(new NextStep.GiveUp(false));
    }

    @Test
    void theFirstTryOfTheStandardPolicyIsDueAtOnce() {
        assertThat(schedule.firstTry(RetryPolicy.STANDARD, NOW)).isEqualTo(NOW);
    }

    @ParameterizedTest
    @ValueSource(ints = {200, 201, 202, 204, 299})
    void everyTwoHundredIsAccepted(int status) {
        assertThat(schedule.after(RetryPolicy.STANDARD, 1, answered(status), NOW))
                .isEqualTo(new NextStep.Done());
    }

    @ParameterizedTest
    @ValueSource(ints = {100, 301, 302, 304, 400, 401, 404, 429, 500, 503})
    void nothingElseIsAccepted(int status) {
        assertThat(schedule.after(RetryPolicy.STANDARD, 1, answered(status), NOW))
                .isInstanceOf(NextStep.TryAgain.class);
    }

    @Test
    void noAnswerIsTriedAgain() {
        assertThat(schedule.after(RetryPolicy.STANDARD, 1, new Unanswered("Connection refused"), NOW))
                .isInstanceOf(NextStep.TryAgain.class);
    }

    @Test
    void aReceiverThatIsGoneIsNotTriedAgain() {
        assertThat(schedule.after(RetryPolicy.STANDARD, 1, answered(410), NOW)).isEqualTo(new NextStep.GiveUp(true));
    }

    @ParameterizedTest
    @CsvSource({"10, 60", "120, 120", "86400, 3600"})
    void waitsAsLongAsTheReceiverAsksButNotForEver(long askedSeconds, long expectedSeconds) {
        AttemptResult busy = new Answered(503, Optional.of(Duration.ofSeconds(askedSeconds)), "");
        Duration expected = Duration.ofSeconds(expectedSeconds);

        NextStep next = schedule.after(RetryPolicy.STANDARD, 1, busy, NOW);

        assertThat(next)
                .isInstanceOfSatisfying(
                        NextStep.TryAgain.class,
                        again -> assertThat(again.at())
                                .isBetween(
                                        NOW.plus(expected),
                                        NOW.plus(expected.multipliedBy(11).dividedBy(10))));
    }

    private static AttemptResult answered(int status) {
        return new Answered(status, Optional.empty(), "");
    }
}
