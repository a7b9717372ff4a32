package dev.culvert.webhook.delivery;

import java.time.Duration;
import java.util.Optional;

/** What came of one try. */
sealed interface AttemptResult {
    /** Only a 2xx answer counts as accepted; a redirect does not. */
    default boolean accepted() {
        return this instanceof Answered answered && answered.status() / 100 == 2;
    }

    /**
     * The receiver answered.
     *
     * @param retryAfter the wait it asked for
     * @param excerpt the beginning of the answer's body
     */
    record Answered(int status, Optional<Duration> retryAfter, String excerpt) implements AttemptResult {}

    /** No whole answer came in time; {@code reason} says why in words fit for the webhook's owner. */
    record Unanswered(String reason) implements AttemptResult {}

    /** What went wrong, empty when nothing did. */
    default Optional<String> error() {
        return switch (this) {
            case Unanswered unanswered -> Optional.of(unanswered.reason());
            case Answered _ when accepted() -> Optional.empty();
            case Answered answered
            when answered.status() / 100 == 3 ->
                Optional.of("The receiver answered " + answered.status() + "; redirects are not followed");
            case Answered answered -> Optional.of("The receiver answered " + answered.status());
        };
    }

    /** Status of the answer, if there was one. */
    default Optional<Integer> statusCode() {
        return this instanceof Answered answered ? Optional.of(answered.status()) : Optional.empty();
    }
}
