package dev.culvert.user.usage;

import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** One call. */
record CallResponse(
        UUID id,
        UUID userId,

        @Schema(description = "API key of the call; absent when the caller had signed in") @Nullable
        UUID keyId,

        @Schema(example = "GET") String method,
        @Schema(example = "/api/v1/tunnels/{id}") String endpoint,

        @Schema(example = "200", description = "499: the caller left before the answer was complete")
        int status,

        Instant startedAt,

        @Schema(example = "4.217") double durationMillis,

        @Schema(example = "0", description = "Bytes of the request's body")
        long bytesIn,

        @Schema(example = "512", description = "Bytes of the answer's body, as compressed as it was")
        long bytesOut,

        @Schema(description = "X-Correlation-ID of the call") @Nullable
        String correlationId) {}
