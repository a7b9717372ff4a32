package dev.culvert.tunnel.usage;

import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/**
 * What agents and clients say of themselves (requirement R4.9a). It is told beside what the suite measured and never added to
 * it, so nobody can change a bill by reporting.
 */
@Component
@Transactional(propagation = Propagation.MANDATORY)
public class ReportedUsage {
    private final JdbcClient jdbc;

    ReportedUsage(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * Something that was reported.
     *
     * @param eventId chosen by who reports; a second event of the same id is the first one again
     * @param type word of the kind, e.g. {@code data_transfer}
     * @param durationMillis of a connection or request
     */
    public record Event(
            UUID tunnelId,
            UUID tenantId,
            UUID userId,
            String eventId,
            String type,
            boolean error,
            @Nullable String connectionId,
            long dataBytes,
            long durationMillis,
            @Nullable String errorMessage,
            @Nullable String address,
            Instant occurredAt) {}

    /**
     * Sums of reported events.
     *
     * @param connections connections that were reported as started
     * @param dataBytes bytes both ways
     */
    public record Sums(
            @Schema(example = "4") long events,
            @Schema(example = "1") long connections,
            @Schema(example = "0") long requests,
            @Schema(example = "0") long errors,
            @Schema(example = "2048") long dataBytes,
            @Schema(example = "60000") long durationMillis) {}

    /** Stores an event unless one of its id is there; answers whether it was new. */
    public boolean add(Event event) {
        return jdbc.sql("""
                        INSERT INTO reported_usage (tunnel_id, event_id, tenant_id, user_id, type, error, connection_id,
                          data_bytes, duration_millis, error_message, address, occurred_at)
                        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (tunnel_id, event_id) DO NOTHING""")
                        .params(
                                event.tunnelId(),
                                event.eventId(),
                                event.tenantId(),
                                event.userId(),
                                event.type(),
                                event.error())
                        .param(event.connectionId())
                        .params(event.dataBytes(), event.durationMillis())
                        .param(event.errorMessage())
                        .param(event.address())
                        .param(event.occurredAt().atOffset(ZoneOffset.UTC))
                        .update()
                > 0;
    }

    /** Sums over events of a tunnel on UTC days, both ends included. */
    @Transactional(propagation = Propagation.MANDATORY, readOnly = true)
    public Sums of(UUID tunnelId, LocalDate from, LocalDate to) {
        return jdbc.sql("""
                        SELECT count(*) AS events, count(*) FILTER (WHERE type = 'connection_start') AS connections,
                          count(*) FILTER (WHERE type = 'request') AS requests, count(*) FILTER (WHERE error) AS errors,
                          coalesce(sum(data_bytes), 0) AS data_bytes, coalesce(sum(duration_millis), 0) AS duration_millis
                        FROM reported_usage WHERE tunnel_id = ? AND occurred_at >= ? AND occurred_at < ?""")
                .params(tunnelId, startOf(from), startOf(to.plusDays(1)))
                .query((row, _) -> new Sums(
                        row.getLong("events"),
                        row.getLong("connections"),
                        row.getLong("requests"),
                        row.getLong("errors"),
                        row.getLong("data_bytes"),
                        row.getLong("duration_millis")))
                .single();
    }

    private static OffsetDateTime startOf(LocalDate day) {
        return day.atStartOfDay().atOffset(ZoneOffset.UTC);
    }
}
