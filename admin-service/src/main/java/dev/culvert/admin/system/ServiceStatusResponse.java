package dev.culvert.admin.system;

import io.swagger.v3.oas.annotations.media.Schema;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How one service fares. */
record ServiceStatusResponse(
        @Schema(example = "tunnel") String name,
        Health status,
        @Schema(example = "0.1.0") @Nullable String version,
        @Schema(example = "7") long responseTimeMs,

        @Schema(example = "{\"db\": \"healthy\", \"kafka\": \"healthy\"}")
        Map<String, Health> dependencies,

        @Schema(description = "Why it is down", example = "No answer within 2 s") @Nullable
        String error) {}
