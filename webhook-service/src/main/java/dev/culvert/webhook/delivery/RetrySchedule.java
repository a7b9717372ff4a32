package dev.culvert.webhook.delivery;

import dev.culvert.webhook.delivery.AttemptResult.Answered;
import dev.culvert.webhook.endpoint.RetryPolicy;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.random.RandomGenerator;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.stereotype.Component;

/** When to try, how often, and when to give up (requirement X-5). */
@Component
class RetrySchedule {
    private static final int GONE = 410;

    private final DeliveryProperties properties;
    private final RandomGenerator random;

    @Autowired
    RetrySchedule(DeliveryProperties properties) {
        this(properties, RandomGenerator.getDefault());
    }

    RetrySchedule(DeliveryProperties properties, RandomGenerator random) {
        this.properties = properties;
        this.random = random;
    }

    /** Number of tries of a policy. */
    int tries(RetryPolicy policy) {
        return waits(policy).size();
    }

    /** When the first try is due. */
    Instant firstTry(RetryPolicy policy, Instant now) {
        return later(now, waits(policy).getFirst());
    }

    /**
     * What follows.
     *
     * @param number number of the try that ended, from 1
     * @param now when it ended
     */
    NextStep after(RetryPolicy policy, int number, AttemptResult result, Instant now) {
        if (result.accepted()) {
            return new NextStep.Done();
        }
        boolean gone = result instanceof Answered answered && answered.status() == GONE;
        if (gone || number >= tries(policy)) {
            return new NextStep.GiveUp(gone);
        }
        Duration scheduled = waits(policy).get(number);
        Duration asked = askedFor(result);
        return new NextStep.TryAgain(later(now, asked.compareTo(scheduled) > 0 ? asked : scheduled));
    }

    private Duration askedFor(AttemptResult result) {
        if (!(result instanceof Answered answered)) {
            return Duration.ZERO;
        }
        Duration asked = answered.retryAfter().orElse(Duration.ZERO);
        return asked.compareTo(properties.maxRetryAfter()) > 0 ? properties.maxRetryAfter() : asked;
    }

    private Instant later(Instant now, Duration wait) {
        long jitterNanos = (long) (wait.toNanos() * properties.jitter() * random.nextDouble());
        // Microseconds are what the database keeps; rounding up keeps the wait a lower bound.
        return now.plus(wait).plusNanos(jitterNanos + 999).truncatedTo(ChronoUnit.MICROS);
    }

    private List<Duration> waits(RetryPolicy policy) {
        return switch (policy) {
            case STANDARD -> properties.standardWaits();
            case EXTENDED -> properties.extendedWaits();
        };
    }
}
