package dev.culvert.tunnel.diagnostics;

import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A request that failed (requirement R4.7).
 *
 * @param connectionId agent connection that carried it; absent when it never got so far
 * @param code what the caller was told; absent when the answer was the local service's own or broke off
 * @param status sent to the caller
 * @param path as the local service saw it, without the query
 * @param correlationId {@code X-Correlation-ID}, by which logs find it
 */
record RequestError(
        UUID requestId,
        @Schema(example = "local_unreachable") String category,
        @Schema(example = "TARGET_UNREACHABLE") @Nullable String code,
        @Schema(example = "502") int status,
        @Schema(example = "POST") String method,
        @Schema(example = "/v1/chat/completions") String path,
        @Schema(example = "5f1c0a527d2f4f0b") String correlationId,
        @Nullable UUID connectionId,
        UUID userId,
        @Schema(example = "84") long durationMillis,
        Instant time) {}
