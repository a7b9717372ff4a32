package dev.culvert.data.outbox;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMin;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * How events leave the outbox.
 *
 * @param enabled whether this process takes part in relaying; appended events wait for one that does
 * @param pollInterval how often the relay looks without being woken, and how soon another replica takes over
 * @param batchSize events sent before the acknowledged ones are removed
 * @param maxBackOff longest pause between tries while PostgreSQL or Kafka is away
 */
@Validated
@ConfigurationProperties("culvert.data.outbox")
record OutboxProperties(
        @DefaultValue("true") boolean enabled,
        @DurationMin(millis = 10) @DefaultValue("250ms") Duration pollInterval,
        @Min(1) @Max(10_000) @DefaultValue("1000") int batchSize,
        @DurationMin(millis = 10) @DefaultValue("5s") Duration maxBackOff) {}
