package dev.culvert.webhook.delivery;

import java.time.Duration;
import java.time.Instant;

/** One try that has ended. */
record Attempt(int number, Instant startedAt, Duration duration, AttemptResult result) {
    Instant endedAt() {
        return startedAt.plus(duration);
    }
}
