package dev.culvert.tunnel.endpoint;

import dev.culvert.tunnel.endpoint.UpdateEndpointRequest.Described;
import io.swagger.v3.oas.annotations.media.Schema;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * An endpoint to make before its first agent comes. What is left out takes its default.
 *
 * @param name that its agents state with {@code --endpoint}; {@code default} for agents that state none
 */
record CreateEndpointRequest(
        @Schema(example = "workshop")
        @NotNull
        @Pattern(
                regexp = "[A-Za-z0-9][A-Za-z0-9._-]{0,62}",
                message = "must be 1 to 63 letters, digits, dots, dashes and underscores")
        String name,

        @Schema(example = "http://127.0.0.1:11434", description = "For people to read; agents say where theirs is.")
        @Size(max = 300)
        @Nullable
        String url,

        @Schema(example = "200", description = "Higher ones go first; 100 unless set.") @Min(0) @Max(1000) @Nullable
        Integer priority,

        @Schema(example = "3", description = "Share among those of the same priority; 1 unless set.")
        @Min(1)
        @Max(1000)
        @Nullable
        Integer weight,

        @Schema(
                example = "/health",
                description = "Health checks want a 2xx or 3xx there; without it any answer of a server that works.")
        @Pattern(regexp = UpdateEndpointRequest.PATH, message = UpdateEndpointRequest.PATH_RULE)
        @Nullable
        String healthCheckPath,

        @Schema(
                example = "1",
                description = "How often a request that lost its connection is tried here again; 1 unless set.")
        @Min(0)
        @Max(5)
        @Nullable
        Integer maxRetries) {
    Endpoint endpoint(UUID id, Instant now) {
        return new Described(url, priority, weight, healthCheckPath, maxRetries)
                .endpoint(id, name, Health.unknown(now));
    }
}
