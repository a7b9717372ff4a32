package dev.culvert.user.usage;

import dev.culvert.contracts.event.UsageEvent.ApiCallEnded;
import dev.culvert.platform.paging.Page;
import dev.culvert.platform.paging.PageRequest;
import dev.culvert.user.usage.UsageResponse.DayFigures;
import dev.culvert.user.usage.UsageResponse.Figures;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/** The stored calls, and their sums by day. */
@Component
class ApiUsage {
    /** Sums grow by the calls that were not there yet, in one order, or two consumers could wait for each other's rows. */
    private static final String ADD = """
            WITH fresh AS (
              INSERT INTO api_usage (event_id, tenant_id, user_id, api_key_id, method, endpoint, status, started_at,
                                     duration_micros, bytes_in, bytes_out, correlation_id)
              SELECT * FROM unnest(?::uuid[], ?::uuid[], ?::uuid[], ?::uuid[], ?::text[], ?::text[], ?::smallint[],
                                   ?::timestamptz[], ?::bigint[], ?::bigint[], ?::bigint[], ?::text[])
              ON CONFLICT (event_id) DO NOTHING RETURNING *)
            INSERT INTO api_usage_day AS d (tenant_id, day, user_id, endpoint, method, status, api_key_id, calls,
                                            duration_micros, bytes_in, bytes_out)
            SELECT tenant_id, (started_at AT TIME ZONE 'UTC')::date AS day, user_id, endpoint, method, status, api_key_id,
                   count(*), sum(duration_micros), sum(bytes_in), sum(bytes_out)
            FROM fresh GROUP BY 1, 2, 3, 4, 5, 6, 7 ORDER BY 1, 2, 3, 4, 5, 6, 7
            ON CONFLICT (tenant_id, day, user_id, endpoint, method, status, api_key_id) DO UPDATE SET
              calls = d.calls + excluded.calls, duration_micros = d.duration_micros + excluded.duration_micros,
              bytes_in = d.bytes_in + excluded.bytes_in, bytes_out = d.bytes_out + excluded.bytes_out""";

    private final JdbcClient jdbc;

    ApiUsage(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** A call as its event tells of it. */
    record Row(UUID eventId, UUID tenantId, @Nullable String correlationId, ApiCallEnded call) {}

    /** Stores those that are not there yet, and adds them to their days. Needs the system scope. */
    @Transactional(propagation = Propagation.MANDATORY)
    void add(List<Row> rows) {
        jdbc.sql(ADD)
                .param(column(rows, Row::eventId))
                .param(column(rows, Row::tenantId))
                .param(column(rows, row -> row.call.userId()))
                .param(column(rows, row -> row.call.apiKeyId()))
                .param(column(rows, row -> row.call.method()))
                .param(column(rows, row -> row.call.endpoint()))
                .param(column(rows, row -> row.call.status()))
                .param(column(rows, row -> row.call.startedAt().toString()))
                .param(column(rows, row -> row.call.durationMicros()))
                .param(column(rows, row -> row.call.bytesIn()))
                .param(column(rows, row -> row.call.bytesOut()))
                .param(column(rows, Row::correlationId))
                .update();
    }

    /** A column as text that PostgreSQL reads as an array: one parameter, however many rows. */
    private static String column(List<Row> rows, Function<Row, @Nullable Object> value) {
        StringBuilder array = new StringBuilder("{");
        for (Row row : rows) {
            Object one = value.apply(row);
            array.append(array.length() == 1 ? "" : ",");
            if (one == null) {
                array.append("NULL");
            } else {
                array.append('"')
                        .append(one.toString().replace("\\", "\\\\").replace("\"", "\\\""))
                        .append('"');
            }
        }
        return array.append('}').toString();
    }

    /** Single calls, the newest first. */
    @Transactional(readOnly = true)
    Page<CallResponse> calls(UsageFilter filter, PageRequest page) {
        Map<String, Object> params = new LinkedHashMap<>();
        String where = " FROM api_usage WHERE started_at >= :from AND started_at < :to" + narrowed(filter, params);
        params.put("from", Timestamp.from(filter.from()));
        params.put("to", Timestamp.from(filter.to()));
        List<CallResponse> items = jdbc.sql(
                        "SELECT *" + where + " ORDER BY started_at DESC, event_id LIMIT :limit OFFSET :offset")
                .params(params)
                .param("limit", page.limit())
                .param("offset", page.offset())
                .query((row, _) -> call(row))
                .list();
        long total = jdbc.sql("SELECT count(*)" + where)
                .params(params)
                .query(Long.class)
                .single();
        return Page.of(items, total, page);
    }

    /** Sums of whole UTC days, both ends included. */
    @Transactional(readOnly = true)
    List<DayFigures> days(UsageFilter filter, LocalDate from, LocalDate to) {
        Map<String, Object> params = new LinkedHashMap<>();
        String narrowed = narrowed(filter, params);
        return jdbc.sql("""
                SELECT day, method, endpoint, sum(calls) AS calls,
                       coalesce(sum(calls) FILTER (WHERE status >= 500 OR status = 499), 0) AS errors,
                       sum(bytes_in) AS bytes_in, sum(bytes_out) AS bytes_out, sum(duration_micros) AS duration_micros
                FROM api_usage_day WHERE day BETWEEN :from AND :to""" + narrowed + " GROUP BY day, method, endpoint ORDER BY day, endpoint, method")
                .params(params)
                .param("from", from)
                .param("to", to)
                .query((row, _) -> new DayFigures(
                        row.getObject("day", LocalDate.class),
                        row.getString("method"),
                        row.getString("endpoint"),
                        figures(row)))
                .list();
    }

    private static String narrowed(UsageFilter filter, Map<String, Object> params) {
        StringBuilder where = new StringBuilder(" AND tenant_id = :tenantId");
        params.put("tenantId", filter.tenantId());
        filter.userId().ifPresent(userId -> {
            where.append(" AND user_id = :userId");
            params.put("userId", userId);
        });
        filter.keyId().ifPresent(keyId -> {
            where.append(" AND api_key_id = :keyId");
            params.put("keyId", keyId);
        });
        filter.endpoint().ifPresent(endpoint -> {
            where.append(" AND endpoint = :endpoint");
            params.put("endpoint", endpoint);
        });
        filter.status().ifPresent(status -> {
            where.append(" AND status = :status");
            params.put("status", status);
        });
        return where.toString();
    }

    /** Deletes calls that began before a time, some at once; answers how many. */
    @Transactional
    int forgetCalls(Instant before, int atOnce) {
        return jdbc.sql("""
                DELETE FROM api_usage WHERE event_id IN (SELECT event_id FROM api_usage WHERE started_at < ? LIMIT ?)""").params(Timestamp.from(before), atOnce).update();
    }

    /** Deletes sums of days before the one of a time. */
    @Transactional
    int forgetDays(Instant before) {
        return jdbc.sql("DELETE FROM api_usage_day WHERE day < ?")
                .param(before.atZone(ZoneOffset.UTC).toLocalDate())
                .update();
    }

    private static Figures figures(ResultSet row) throws SQLException {
        return Figures.of(
                row.getLong("calls"),
                row.getLong("errors"),
                row.getLong("bytes_in"),
                row.getLong("bytes_out"),
                row.getLong("duration_micros"));
    }

    private static CallResponse call(ResultSet row) throws SQLException {
        return new CallResponse(
                row.getObject("event_id", UUID.class),
                row.getObject("user_id", UUID.class),
                row.getObject("api_key_id", UUID.class),
                row.getString("method"),
                row.getString("endpoint"),
                row.getInt("status"),
                row.getTimestamp("started_at").toInstant(),
                row.getLong("duration_micros") / 1_000.0,
                row.getLong("bytes_in"),
                row.getLong("bytes_out"),
                row.getString("correlation_id"));
    }
}
