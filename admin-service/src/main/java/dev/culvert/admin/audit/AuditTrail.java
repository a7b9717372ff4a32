package dev.culvert.admin.audit;

import dev.culvert.platform.correlation.Correlation;
import java.sql.Timestamp;
import java.sql.Types;
import java.time.Clock;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;
import tools.jackson.databind.json.JsonMapper;

/** Records what administrators change in this service itself: other services' changes come as events. */
@Component
public class AuditTrail {
    private static final String SOURCE = "/admin-service";

    private final JdbcClient jdbc;
    private final JsonMapper json;
    private final Clock clock;

    /**
     * The state of something around a change.
     *
     * @param before absent when it was made
     * @param after absent when it was deleted
     */
    public record Change(@Nullable Object before, @Nullable Object after) {
        public static Change made(Object after) {
            return new Change(null, after);
        }

        public static Change deleted(Object before) {
            return new Change(before, null);
        }
    }

    AuditTrail(JdbcClient jdbc, JsonMapper json, Clock clock) {
        this.jdbc = jdbc;
        this.json = json;
        this.clock = clock;
    }

    /**
     * Adds a row in the transaction that changes something, which must be one of the system scope: there is no change without
     * its row.
     *
     * @param type what happened, e.g. {@code rate_limit_rule.created}
     * @param subject id of what was changed
     * @param change what it was and is, written as JSON objects; nothing secret
     */
    @Transactional(propagation = Propagation.MANDATORY)
    public void record(String type, String subject, UUID actorId, Change change) {
        Timestamp now = Timestamp.from(clock.instant());
        jdbc.sql("""
                INSERT INTO audit_log (event_id, type, source, subject, actor_id, correlation_id, occurred_at, recorded_at, data)
                VALUES (:eventId, :type, :source, :subject, :actorId, :correlationId, :now, :now, CAST(:data AS jsonb))
                """)
                .param("eventId", UUID.randomUUID())
                .param("type", type)
                .param("source", SOURCE)
                .param("subject", subject)
                .param("actorId", actorId)
                .param("correlationId", Correlation.current().orElse(null), Types.VARCHAR)
                .param("now", now)
                .param("data", json.writeValueAsString(change))
                .update();
    }
}
