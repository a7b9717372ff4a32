package dev.culvert.auth.mail;

import jakarta.validation.constraints.NotBlank;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * The mail queue; the server itself is {@code spring.mail.*}.
 *
 * @param from sender's address
 * @param pollInterval how often the queue is looked through beside being woken after each commit
 * @param claim how long a sender may take for one mail before another one takes it over
 * @param firstRetry wait after the first failure; doubles with each further one
 * @param longestRetry the wait does not grow beyond this
 * @param retention how long the row of a mail stays once it was sent or given up; its text goes at once
 */
@Validated
@ConfigurationProperties("culvert.auth.mail")
record MailProperties(
        @DefaultValue("Culvert <no-reply@localhost>") @NotBlank
        String from,

        @DefaultValue("5s") Duration pollInterval,
        @DefaultValue("30s") Duration claim,
        @DefaultValue("5s") Duration firstRetry,
        @DefaultValue("15m") Duration longestRetry,
        @DefaultValue("30d") Duration retention) {

    /** The wait before the next attempt, given how many have failed. */
    Duration retryAfter(int attempts) {
        Duration wait = firstRetry;
        for (int i = 1; i < attempts && wait.compareTo(longestRetry) < 0; i++) {
            wait = wait.multipliedBy(2);
        }
        return wait.compareTo(longestRetry) < 0 ? wait : longestRetry;
    }
}
