package dev.culvert.admin.violation;

import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Calls of one caller that one limit refused within a second. */
record ViolationResponse(
        UUID id,

        @Schema(example = "user-minute", description = "Name of the limit")
        String type,

        @Schema(description = "Absent where nobody was known") @Nullable
        UUID userId,

        @Schema(example = "203.0.113.7") String address,
        @Schema(example = "/api/v1/tunnels/**") String endpoint,
        @Schema(example = "GET") String method,

        @Schema(example = "curl/8.5.0", description = "User-Agent of the first of the calls") @Nullable
        String agent,

        Instant time,

        @Schema(example = "12", description = "How many calls were refused")
        long calls,

        Context context) {

    /**
     * What may explain it.
     *
     * @param path path of the first of the calls
     * @param allowed calls the limit allows
     * @param degraded whether the gateway counted alone
     */
    record Context(
            @Schema(example = "/api/v1/tunnels") String path,
            String correlationId,
            @Schema(example = "100") long allowed,
            boolean degraded) {}
}
