package dev.culvert.admin.audit;

import dev.culvert.contracts.event.EventEnvelope;
import dev.culvert.platform.paging.Page;
import dev.culvert.platform.paging.PageRequest;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.sql.Types;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** The audit rows of all tenants; works inside the system scope only. */
@Component
class AuditLog {
    private static final TypeReference<Map<String, Object>> OBJECT = new TypeReference<>() {};

    private final JdbcClient jdbc;
    private final JsonMapper json;
    private final Clock clock;

    AuditLog(JdbcClient jdbc, JsonMapper json, Clock clock) {
        this.jdbc = jdbc;
        this.json = json;
        this.clock = clock;
    }

    /** Adds a row in the transaction that remembers the event; a known event adds nothing. */
    @Transactional(propagation = Propagation.MANDATORY)
    void record(EventEnvelope<?> event) {
        jdbc.sql("""
                INSERT INTO audit_log (event_id, type, source, subject, tenant_id, actor_id, correlation_id, occurred_at,
                                       recorded_at, data)
                VALUES (:eventId, :type, :source, :subject, :tenantId, :actorId, :correlationId, :occurredAt, :recordedAt,
                        CAST(:data AS jsonb))
                ON CONFLICT (event_id) DO NOTHING
                """)
                .param("eventId", event.id())
                .param("type", event.type().shortName())
                .param("source", event.source())
                .param("subject", event.subject())
                .param("tenantId", event.tenantId().orElse(null), Types.OTHER)
                .param("actorId", event.actorId().orElse(null), Types.OTHER)
                .param("correlationId", event.correlationId().orElse(null), Types.VARCHAR)
                .param("occurredAt", Timestamp.from(event.time()))
                .param("recordedAt", Timestamp.from(clock.instant()))
                .param("data", json.writeValueAsString(event.data()))
                .update();
    }

    /** Rows that match, the newest first. */
    @Transactional(readOnly = true)
    Page<AuditEntryResponse> find(AuditFilter filter, PageRequest page) {
        Map<String, Object> params = new LinkedHashMap<>();
        String where = where(filter, params);
        List<AuditEntryResponse> items = jdbc.sql("SELECT * FROM audit_log WHERE " + where
                        + " ORDER BY occurred_at DESC, event_id DESC LIMIT :limit OFFSET :offset")
                .params(params)
                .param("limit", page.limit())
                .param("offset", page.offset())
                .query((row, _) -> entry(row))
                .list();
        long total = jdbc.sql("SELECT count(*) FROM audit_log WHERE " + where)
                .params(params)
                .query(Long.class)
                .single();
        return Page.of(items, total, page);
    }

    private static String where(AuditFilter filter, Map<String, Object> params) {
        StringBuilder where = new StringBuilder("true");
        filter.type().filter(type -> !type.equals("*")).ifPresent(type -> {
            boolean family = type.endsWith("*");
            where.append(family ? " AND starts_with(type, :type)" : " AND type = :type");
            params.put("type", family ? type.substring(0, type.length() - 1) : type);
        });
        filter.userId().ifPresent(userId -> {
            where.append(" AND (actor_id = :userId OR subject = :userIdText)");
            params.put("userId", userId);
            params.put("userIdText", userId.toString());
        });
        filter.tenantId().ifPresent(tenantId -> {
            where.append(" AND tenant_id = :tenantId");
            params.put("tenantId", tenantId);
        });
        filter.correlationId().ifPresent(correlationId -> {
            where.append(" AND correlation_id = :correlationId");
            params.put("correlationId", correlationId);
        });
        filter.from().ifPresent(from -> {
            where.append(" AND occurred_at >= :from");
            params.put("from", Timestamp.from(from));
        });
        filter.to().ifPresent(to -> {
            where.append(" AND occurred_at < :to");
            params.put("to", Timestamp.from(to));
        });
        return where.toString();
    }

    private AuditEntryResponse entry(ResultSet row) throws SQLException {
        return new AuditEntryResponse(
                row.getObject("event_id", UUID.class),
                row.getString("type"),
                row.getString("source"),
                row.getString("subject"),
                row.getObject("tenant_id", UUID.class),
                row.getObject("actor_id", UUID.class),
                row.getString("correlation_id"),
                row.getTimestamp("occurred_at").toInstant(),
                json.readValue(row.getString("data"), OBJECT));
    }
}
