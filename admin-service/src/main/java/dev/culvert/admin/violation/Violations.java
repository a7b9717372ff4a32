package dev.culvert.admin.violation;

import dev.culvert.contracts.event.UsageEvent.LimitViolated;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.sql.Types;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/** The violations of all tenants; works inside the system scope only. */
@Component
class Violations {
    private final JdbcClient jdbc;
    private final Clock clock;

    Violations(JdbcClient jdbc, Clock clock) {
        this.jdbc = jdbc;
        this.clock = clock;
    }

    /** Of whom or where; a column that holds text or an id. */
    enum By {
        USER("user_id"),
        ADDRESS("address"),
        ENDPOINT("endpoint");

        private final String column;

        By(String column) {
            this.column = column;
        }
    }

    /** Adds a row in the transaction that remembers the event; a known event adds nothing. */
    @Transactional(propagation = Propagation.MANDATORY)
    void add(UUID eventId, Optional<UUID> tenantId, LimitViolated violated) {
        jdbc.sql("""
                INSERT INTO rate_limit_violation (event_id, occurred_at, type, user_id, tenant_id, address, endpoint, path,
                                                  method, agent, correlation_id, allowed, degraded, calls)
                VALUES (:eventId, :at, :type, :userId, :tenantId, :address, :endpoint, :path,
                        :method, :agent, :correlationId, :allowed, :degraded, :calls)
                ON CONFLICT (event_id) DO NOTHING
                """)
                .param("eventId", eventId)
                .param("at", Timestamp.from(violated.from()))
                .param("type", violated.limit())
                .param("userId", violated.userId(), Types.OTHER)
                .param("tenantId", tenantId.orElse(null), Types.OTHER)
                .param("address", violated.address())
                .param("endpoint", violated.endpoint())
                .param("path", violated.path())
                .param("method", violated.method())
                .param("agent", violated.agent(), Types.VARCHAR)
                .param("correlationId", violated.correlationId())
                .param("allowed", violated.allowed())
                .param("degraded", violated.degraded())
                .param("calls", violated.calls())
                .update();
    }

    /** The newest ones first. */
    @Transactional(readOnly = true)
    List<ViolationResponse> of(By by, Object value, int limit) {
        return jdbc.sql("SELECT * FROM rate_limit_violation WHERE " + by.column
                        + " = :value ORDER BY occurred_at DESC, event_id LIMIT :limit")
                .param("value", value)
                .param("limit", limit)
                .query((row, _) -> violation(row))
                .list();
    }

    @Transactional(readOnly = true)
    ViolationStatistics statistics(By by, Object value) {
        String where = " FROM rate_limit_violation WHERE " + by.column + " = :value";
        List<ViolationStatistics.ByType> types = jdbc.sql(
                        "SELECT type, sum(calls) AS calls" + where + " GROUP BY type ORDER BY calls DESC, type")
                .param("value", value)
                .query((row, _) -> new ViolationStatistics.ByType(row.getString("type"), row.getLong("calls")))
                .list();
        return jdbc.sql("SELECT coalesce(sum(calls), 0) AS calls, count(*) AS violations, min(occurred_at) AS first,"
                        + " max(occurred_at) AS last" + where)
                .param("value", value)
                .query((row, _) -> new ViolationStatistics(
                        row.getLong("calls"),
                        row.getLong("violations"),
                        instant(row.getTimestamp("first")),
                        instant(row.getTimestamp("last")),
                        types))
                .single();
    }

    /** Those with the most refused calls of the last time. */
    @Transactional(readOnly = true)
    List<Offender> top(By by, Duration lately, int limit) {
        return jdbc.sql("SELECT " + by.column + "::text AS id, sum(calls) AS calls, count(*) AS violations,"
                        + " max(occurred_at) AS last FROM rate_limit_violation WHERE " + by.column
                        + " IS NOT NULL AND occurred_at >= :since GROUP BY 1 ORDER BY calls DESC, id LIMIT :limit")
                .param("since", Timestamp.from(clock.instant().minus(lately)))
                .param("limit", limit)
                .query((row, _) -> new Offender(
                        row.getString("id"),
                        row.getLong("calls"),
                        row.getLong("violations"),
                        row.getTimestamp("last").toInstant()))
                .list();
    }

    /** Deletes what is older; answers how many rows that were. */
    @Transactional
    int forget(Duration older) {
        return jdbc.sql("DELETE FROM rate_limit_violation WHERE occurred_at < :until")
                .param("until", Timestamp.from(clock.instant().minus(older)))
                .update();
    }

    private static ViolationResponse violation(ResultSet row) throws SQLException {
        return new ViolationResponse(
                row.getObject("event_id", UUID.class),
                row.getString("type"),
                row.getObject("user_id", UUID.class),
                row.getString("address"),
                row.getString("endpoint"),
                row.getString("method"),
                row.getString("agent"),
                row.getTimestamp("occurred_at").toInstant(),
                row.getLong("calls"),
                new ViolationResponse.Context(
                        row.getString("path"),
                        row.getString("correlation_id"),
                        row.getLong("allowed"),
                        row.getBoolean("degraded")));
    }

    private static Optional<Instant> instant(@Nullable Timestamp time) {
        return Optional.ofNullable(time).map(Timestamp::toInstant);
    }
}
