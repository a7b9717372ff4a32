package dev.culvert.tunnel.history;

import io.swagger.v3.oas.annotations.media.Schema;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import org.jspecify.annotations.Nullable;

/**
 * A request that a client measured itself (requirement R4.6).
 *
 * @param latency milliseconds
 */
record RecordMetricRequest(
        @Schema(example = "84") @NotNull @Min(0) @Max(86_400_000)
        Long latency,

        @Schema(example = "true") @NotNull Boolean success,

        @Schema(example = "200") @Min(100) @Max(599) @Nullable
        Integer statusCode) {}
