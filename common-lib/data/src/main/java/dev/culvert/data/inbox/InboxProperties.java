package dev.culvert.data.inbox;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMin;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * How events are handled.
 *
 * @param enabled whether this process handles events
 * @param concurrency threads per handler; more than a topic's partitions have nothing to do
 * @param maxAttempts tries of a failing event before it goes to the dead-letter topic
 * @param firstBackOff pause after the first failure; doubles each time
 * @param maxBackOff longest pause
 * @param retention how long a handled event is remembered; longer than Kafka keeps it
 */
@Validated
@ConfigurationProperties("culvert.data.inbox")
record InboxProperties(
        @DefaultValue("true") boolean enabled,
        @Min(1) @Max(64) @DefaultValue("1") int concurrency,
        @Min(1) @DefaultValue("6") int maxAttempts,
        @DurationMin(millis = 1) @DefaultValue("500ms") Duration firstBackOff,
        @DurationMin(millis = 1) @DefaultValue("10s") Duration maxBackOff,
        @DurationMin(hours = 1) @DefaultValue("30d") Duration retention) {}
