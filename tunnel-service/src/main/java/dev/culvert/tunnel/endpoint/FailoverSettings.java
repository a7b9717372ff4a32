package dev.culvert.tunnel.endpoint;

import io.swagger.v3.oas.annotations.media.Schema;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How a tunnel changes between its endpoints (requirement P2.3.1); all times in milliseconds. In a request, what is left out
 * takes its default.
 *
 * @param healthCheckInterval between two checks of an endpoint that does well. At most 15 s, so that a failure is noticed
 *     within 30 s
 * @param failoverTimeout how long requests wait for an endpoint while none is there; 0 refuses them at once
 * @param enableAutoFailback whether an endpoint of higher priority is used again when it has recovered
 * @param failbackDelay how long it must do well before
 */
record FailoverSettings(
        @Schema(example = "10000") @Min(1_000) @Max(15_000) @Nullable
        Integer healthCheckInterval,

        @Schema(example = "5000") @Min(0) @Max(60_000) @Nullable
        Integer failoverTimeout,

        @Schema(example = "true") @Nullable Boolean enableAutoFailback,

        @Schema(example = "30000") @Min(0) @Max(86_400_000) @Nullable
        Integer failbackDelay) {
    static final FailoverSettings DEFAULTS = new FailoverSettings(10_000, 5_000, true, 30_000);

    /** These with the defaults where nothing is said. */
    FailoverSettings complete() {
        return new FailoverSettings(
                healthCheckInterval == null ? DEFAULTS.healthCheckInterval : healthCheckInterval,
                failoverTimeout == null ? DEFAULTS.failoverTimeout : failoverTimeout,
                enableAutoFailback == null ? DEFAULTS.enableAutoFailback : enableAutoFailback,
                failbackDelay == null ? DEFAULTS.failbackDelay : failbackDelay);
    }

    Duration checkInterval() {
        return millis(healthCheckInterval);
    }

    Duration patience() {
        return millis(failoverTimeout);
    }

    /** Whether an endpoint that recovered then may be used again although a lower one does well. */
    boolean takesBack(Instant recoveredAt, Instant now) {
        return Boolean.TRUE.equals(enableAutoFailback)
                && !recoveredAt.plus(millis(failbackDelay)).isAfter(now);
    }

    private static Duration millis(@Nullable Integer value) {
        return Duration.ofMillis(value == null ? 0 : value);
    }
}
