package dev.culvert.tunnel.tunnel;

import io.swagger.v3.oas.annotations.media.Schema;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Bounds of a tunnel's traffic (requirement R4.3). In a request, a field that is left out takes its default on creation
 * and PUT, and stays as it is on PATCH.
 *
 * @param maxConnections requests at the same time
 * @param timeout milliseconds without a byte in either direction after which a request is given up; without it the
 *     service's default holds
 */
record TunnelConfig(
        @Schema(description = "Requests at the same time; 100 unless set.", example = "100")
        @Min(1)
        @Max(10_000)
        @Nullable
        Integer maxConnections,

        @Schema(
                description =
                        "Milliseconds of silence after which a request is given up; the service's default unless set.",
                example = "30000")
        @Min(1_000)
        @Max(300_000)
        @Nullable
        Integer timeout) {

    static final int DEFAULT_MAX_CONNECTIONS = 100;

    static TunnelConfig defaults() {
        return new TunnelConfig(DEFAULT_MAX_CONNECTIONS, null);
    }

    /** This with what {@code changes} sets. */
    TunnelConfig with(TunnelConfig changes) {
        return new TunnelConfig(
                changes.maxConnections == null ? maxConnections : changes.maxConnections,
                changes.timeout == null ? timeout : changes.timeout);
    }

    /** {@link #maxConnections} or its default. */
    int connectionLimit() {
        return maxConnections == null ? DEFAULT_MAX_CONNECTIONS : maxConnections;
    }

    Optional<Duration> idleTimeout() {
        return Optional.ofNullable(timeout).map(Duration::ofMillis);
    }
}
