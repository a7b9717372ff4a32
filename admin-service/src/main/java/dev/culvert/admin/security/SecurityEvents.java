package dev.culvert.admin.security;

import dev.culvert.platform.paging.Page;
import dev.culvert.platform.paging.PageRequest;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** Security events as a view of the audit rows of all tenants; works inside the system scope only. */
@Component
class SecurityEvents {
    private static final String EVENTS = """
            FROM (SELECT event_id, occurred_at, correlation_id,
                         CASE type WHEN 'security.request_suspected' THEN data ->> 'kind' ELSE type END AS kind,
                         data ->> 'userId' AS user_id, coalesce(data ->> 'address', data ->> 'clientAddress') AS address,
                         data ->> 'endpoint' AS endpoint, data ->> 'reason' AS reason,
                         coalesce((data ->> 'requests')::bigint, 1) AS requests
                  FROM audit_log
                  WHERE type IN ('security.request_suspected', 'auth.sign_in_failed', 'auth.account_locked')
                    AND occurred_at >= :from AND occurred_at < :to) AS seen
            WHERE true""";

    private final JdbcClient jdbc;

    SecurityEvents(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** What to look for; an empty member does not narrow. */
    record Filter(Optional<String> type, Optional<UUID> userId, Optional<String> address, Instant from, Instant to) {}

    /** How often one kind was seen in the hour or day that begins at {@code time}. */
    record Count(Instant time, String type, long requests) {}

    /** The newest first. */
    @Transactional(readOnly = true)
    Page<SecurityEventResponse> find(Filter filter, PageRequest page) {
        Map<String, Object> params = new LinkedHashMap<>();
        String where = EVENTS + narrowed(filter, params);
        List<SecurityEventResponse> items = jdbc.sql(
                        "SELECT * " + where + " ORDER BY occurred_at DESC, event_id DESC LIMIT :limit OFFSET :offset")
                .params(params)
                .param("limit", page.limit())
                .param("offset", page.offset())
                .query((row, _) -> event(row))
                .list();
        long total = jdbc.sql("SELECT count(*) " + where)
                .params(params)
                .query(Long.class)
                .single();
        return Page.of(items, total, page);
    }

    /**
     * Sums by type and time, in the order of time.
     *
     * @param step {@code hour} or {@code day}
     */
    @Transactional(readOnly = true)
    List<Count> counts(Filter filter, String step) {
        Map<String, Object> params = new LinkedHashMap<>();
        return jdbc.sql("SELECT date_trunc(:step, occurred_at, 'UTC') AS time, kind, sum(requests) AS requests "
                        + EVENTS + narrowed(filter, params) + " GROUP BY 1, 2 ORDER BY 1, 2")
                .params(params)
                .param("step", step)
                .query((row, _) ->
                        new Count(row.getTimestamp("time").toInstant(), row.getString("kind"), row.getLong("requests")))
                .list();
    }

    private static String narrowed(Filter filter, Map<String, Object> params) {
        params.put("from", Timestamp.from(filter.from()));
        params.put("to", Timestamp.from(filter.to()));
        StringBuilder where = new StringBuilder();
        filter.type().ifPresent(type -> {
            where.append(" AND kind = :type");
            params.put("type", type);
        });
        filter.userId().ifPresent(userId -> {
            where.append(" AND user_id = :userId");
            params.put("userId", userId.toString());
        });
        filter.address().ifPresent(address -> {
            where.append(" AND address = :address");
            params.put("address", address);
        });
        return where.toString();
    }

    private static SecurityEventResponse event(ResultSet row) throws SQLException {
        return new SecurityEventResponse(
                row.getObject("event_id", UUID.class),
                row.getString("kind"),
                id(row.getString("user_id")),
                row.getString("address"),
                row.getString("endpoint"),
                row.getString("reason"),
                row.getLong("requests"),
                row.getTimestamp("occurred_at").toInstant(),
                row.getString("correlation_id"));
    }

    private static @Nullable UUID id(@Nullable String text) {
        return text == null ? null : UUID.fromString(text);
    }
}
