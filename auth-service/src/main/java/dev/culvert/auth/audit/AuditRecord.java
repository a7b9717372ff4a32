package dev.culvert.auth.audit;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.swagger.v3.oas.annotations.media.Schema;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A recorded event as it is shown; what is not known is left out. */
@JsonInclude(JsonInclude.Include.NON_NULL)
record AuditRecord(
        UUID id,
        Instant timestamp,
        @Schema(example = "failed_login") String eventType,
        @Schema(example = "warn") String severity,
        @Schema(example = "wrong_credentials") String result,
        @Nullable UUID userId,
        @Nullable UUID tenantId,

        @Schema(description = "who did it, where that was somebody signed in") @Nullable
        UUID actorId,

        @Nullable UUID sessionId,
        @Nullable String attemptedName,
        @Schema(example = "203.0.113.7") @Nullable String ipAddress,
        @Nullable String userAgent,
        @Nullable String correlationId) {

    static AuditRecord of(ResultSet row, int rowNumber) throws SQLException {
        return new AuditRecord(
                row.getObject("id", UUID.class),
                row.getTimestamp("occurred_at").toInstant(),
                row.getString("type"),
                row.getString("severity"),
                row.getString("result"),
                row.getObject("account_id", UUID.class),
                row.getObject("tenant_id", UUID.class),
                row.getObject("actor_id", UUID.class),
                row.getObject("session_id", UUID.class),
                row.getString("attempted_name"),
                row.getString("client_address"),
                row.getString("user_agent"),
                row.getString("correlation_id"));
    }
}
