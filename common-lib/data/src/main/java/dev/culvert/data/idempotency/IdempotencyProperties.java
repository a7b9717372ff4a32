package dev.culvert.data.idempotency;

import jakarta.validation.constraints.NotNull;
import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMin;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;
import org.springframework.validation.annotation.Validated;

/**
 * How answers are repeated.
 *
 * @param enabled whether the Idempotency-Key header is honoured
 * @param retention how long an answer is repeated
 * @param claimTimeout a request without an answer after this time is taken for dead, and its key may be used again
 * @param maxRequestSize largest body of a request with a key
 * @param maxAnswerSize an answer larger than this is not kept
 */
@Validated
@ConfigurationProperties("culvert.data.idempotency")
record IdempotencyProperties(
        @DefaultValue("true") boolean enabled,
        @DurationMin(minutes = 1) @DefaultValue("24h") Duration retention,
        @DurationMin(seconds = 1) @DefaultValue("60s") Duration claimTimeout,
        @NotNull @DefaultValue("1MB") DataSize maxRequestSize,
        @NotNull @DefaultValue("256KB") DataSize maxAnswerSize) {}
