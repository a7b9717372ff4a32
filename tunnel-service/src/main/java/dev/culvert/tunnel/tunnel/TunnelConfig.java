package dev.culvert.tunnel.tunnel;

import io.swagger.v3.oas.annotations.media.Schema;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import org.jspecify.annotations.Nullable;

/**
 * Bounds of a tunnel's traffic (requirement R4.3). In a request, a field that is left out takes its default on creation
 * and PUT, and stays as it is on PATCH.
 *
 * @param maxConnections requests at the same time
 * @param timeout milliseconds without a byte in either direction after which a request is given up, before the answer
 *     begins and while it flows; an answer may take as long as it likes. Absent only where a tunnel is older than this
 *     default: there the service's own holds until the configuration is changed
 * @param compression whether answers may be compressed on their way to callers; streams never are
 */
record TunnelConfig(
        @Schema(description = "Requests at the same time; 100 unless set.", example = "100")
        @Min(1)
        @Max(10_000)
        @Nullable
        Integer maxConnections,

        @Schema(
                description = "Milliseconds of silence after which a request is given up; 30000 unless set.",
                example = "30000")
        @Min(1_000)
        @Max(300_000)
        @Nullable
        Integer timeout,

        @Schema(
                description =
                        "Whether text answers of known length are compressed for callers that accept it; true unless set.",
                example = "true")
        @Nullable
        Boolean compression) {

    static final int DEFAULT_MAX_CONNECTIONS = 100;
    static final int DEFAULT_TIMEOUT_MILLIS = 30_000;

    static TunnelConfig defaults() {
        return new TunnelConfig(DEFAULT_MAX_CONNECTIONS, DEFAULT_TIMEOUT_MILLIS, true);
    }

    /** The defaults with what a request sets. */
    static TunnelConfig defaultsWith(@Nullable TunnelConfig wanted) {
        return wanted == null ? defaults() : defaults().with(wanted);
    }

    /** This with what {@code changes} sets. */
    TunnelConfig with(TunnelConfig changes) {
        return new TunnelConfig(
                changes.maxConnections == null ? maxConnections : changes.maxConnections,
                changes.timeout == null ? timeout : changes.timeout,
                changes.compression == null ? compression : changes.compression);
    }

    boolean compresses() {
        return compression == null || compression;
    }

    /** {@link #maxConnections} or its default. */
    int connectionLimit() {
        return maxConnections == null ? DEFAULT_MAX_CONNECTIONS : maxConnections;
    }
}
