package dev.culvert.auth.audit;

import dev.culvert.platform.paging.Page;
import dev.culvert.platform.paging.PageRequest;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.core.simple.JdbcClient.StatementSpec;
import org.springframework.stereotype.Repository;

/** Finds records; row-level security shows those of the present tenant, or all in the system scope. */
@Repository
class AuditQueries {
    private static final String WHERE = """
             FROM audit_record
            WHERE (cast(:accountId AS uuid) IS NULL OR account_id = :accountId)
              AND (cast(:type AS text) IS NULL OR type = :type)
              AND (cast(:severity AS text) IS NULL OR severity = :severity)
              AND (cast(:from AS timestamptz) IS NULL OR occurred_at >= :from)
              AND (cast(:to AS timestamptz) IS NULL OR occurred_at < :to)
            """;

    private final JdbcClient jdbc;

    AuditQueries(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** How often each thing happened, by one of the two ways to count. */
    record Counts(long total, long users, Map<String, Long> byEventType, Map<String, Long> bySeverity) {}

    /** The newest first. */
    Page<AuditRecord> find(AuditFilter filter, PageRequest page) {
        List<AuditRecord> records = with(
                        filter, "SELECT *" + WHERE + " ORDER BY occurred_at DESC, id LIMIT :limit OFFSET :offset")
                .param("limit", page.limit())
                .param("offset", page.offset())
                .query(AuditRecord::of)
                .list();
        long total = with(filter, "SELECT count(*)" + WHERE).query(Long.class).single();
        return Page.of(records, total, page);
    }

    Counts count(AuditFilter filter) {
        Map<String, Long> byType = new TreeMap<>();
        Map<String, Long> bySeverity = new TreeMap<>();
        with(filter, "SELECT type, severity, count(*) AS number" + WHERE + " GROUP BY type, severity")
                .query(row -> {
                    byType.merge(row.getString("type"), row.getLong("number"), Long::sum);
                    bySeverity.merge(row.getString("severity"), row.getLong("number"), Long::sum);
                });
        long total = byType.values().stream().mapToLong(Long::longValue).sum();
        long users = with(filter, "SELECT count(DISTINCT account_id)" + WHERE)
                .query(Long.class)
                .single();
        return new Counts(total, users, byType, bySeverity);
    }

    private StatementSpec with(AuditFilter filter, String sql) {
        return jdbc.sql(sql)
                .param("accountId", filter.accountId())
                .param("type", filter.type())
                .param("severity", filter.severity())
                .param("from", timestamp(filter.from()))
                .param("to", timestamp(filter.to()));
    }

    private static @Nullable Object timestamp(@Nullable Instant moment) {
        return moment == null ? null : moment.atOffset(ZoneOffset.UTC);
    }
}
