package dev.culvert.webhook.delivery;

import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** One try of a delivery. */
record AttemptResponse(
        @Schema(example = "1") int number,
        Instant startedAt,
        @Schema(example = "48") long durationMs,
        @Schema(example = "500") @Nullable Integer statusCode,

        @Schema(example = "The receiver answered 500") @Nullable
        String error,

        @Schema(description = "Beginning of the answer's body", example = "database is down")
        String responseExcerpt) {}
