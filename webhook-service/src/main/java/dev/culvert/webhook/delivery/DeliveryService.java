package dev.culvert.webhook.delivery;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import org.springframework.stereotype.Component;

/** One try from beginning to end: send, decide what follows, write it down. */
@Component
class DeliveryService {
    private final Courier courier;
    private final RetrySchedule schedule;
    private final DeliveryRecords records;
    private final DeliveryMetrics metrics;
    private final Clock clock;

    DeliveryService(
            Courier courier, RetrySchedule schedule, DeliveryRecords records, DeliveryMetrics metrics, Clock clock) {
        this.courier = courier;
        this.schedule = schedule;
        this.records = records;
        this.metrics = metrics;
        this.clock = clock;
    }

    /**
     * Tries a leased delivery once. Nothing is lost when this process dies in here: the lease ends and the try, with the
     * same number and message id, is made again.
     *
     * @return when the next try is due, empty when there is none
     */
    Optional<Instant> attempt(DueDelivery delivery) {
        Instant startedAt = clock.instant().truncatedTo(ChronoUnit.MICROS);
        long startedNanos = System.nanoTime();
        AttemptResult result = courier.send(delivery, startedAt);
        Attempt attempt =
                new Attempt(delivery.number(), startedAt, Duration.ofNanos(System.nanoTime() - startedNanos), result);
        NextStep next = schedule.after(delivery.retryPolicy(), attempt.number(), result, clock.instant());
        if (records.record(delivery, attempt, next)) {
            metrics.attempted(attempt, next);
        }
        return next instanceof NextStep.TryAgain again ? Optional.of(again.at()) : Optional.empty();
    }
}
