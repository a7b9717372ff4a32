package dev.culvert.admin.audit;

import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** One audit row. */
record AuditEntryResponse(
        @Schema(description = "Identity of the event, on Kafka too")
        UUID eventId,

        @Schema(example = "tunnel.created") String type,
        @Schema(example = "/tunnel-service") String source,

        @Schema(description = "Id of what the event is about")
        String subject,

        @Nullable UUID tenantId,

        @Schema(description = "User who caused it; absent when the suite acted by itself") @Nullable
        UUID actorId,

        @Schema(description = "X-Correlation-ID of the request that caused it") @Nullable
        String correlationId,

        Instant time,
        @Schema(example = "{\"name\": \"ollama\"}") Map<String, Object> data) {}
