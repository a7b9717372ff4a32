package dev.culvert.tunnel.history;

import io.swagger.v3.oas.annotations.media.Schema;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.PastOrPresent;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Something an agent or client says of itself (requirement R4.9a).
 *
 * @param eventId chosen by who reports; a second event of the same id counts as the first one heard again
 * @param dataBytes bytes both ways
 * @param occurredAt when it happened; now unless set
 */
record ReportUsageEventRequest(
        @Schema(example = "3f1c0a52-7d2f-4f0b-9a77-2f6f0c0c6b1e") @NotNull @Size(min = 1, max = 128)
        String eventId,

        @Schema(allowableValues = {"connection_start", "connection_end", "data_transfer", "error"})
        @NotNull
        @Pattern(
                regexp = "connection_start|connection_end|data_transfer|error",
                message = "must be one of connection_start, connection_end, data_transfer, error")
        String type,

        @Schema(example = "conn-1") @Size(max = 128) @Nullable
        String connectionId,

        @Schema(example = "1048576") @Min(0) @Max(1L << 50) @Nullable
        Long dataBytes,

        @Schema(example = "60") @Min(0) @Max(31_622_400) @Nullable
        Long durationSeconds,

        @Schema(example = "connection refused") @Size(max = 1000) @Nullable
        String errorMessage,

        @Schema(example = "203.0.113.7")
        @Size(max = 45)
        @Pattern(regexp = "[0-9a-fA-F:.]*", message = "must be an address")
        @Nullable
        String ipAddress,

        @Schema(example = "2026-11-22T12:00:00Z") @PastOrPresent @Nullable
        Instant occurredAt) {}
