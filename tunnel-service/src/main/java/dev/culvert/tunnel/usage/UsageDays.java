package dev.culvert.tunnel.usage;

import dev.culvert.contracts.event.UsageEvent.TunnelTrafficMeasured;
import dev.culvert.data.outbox.Outbox;
import dev.culvert.tunnel.connection.ReplicaProperties;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.springframework.jdbc.core.JdbcOperations;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/**
 * The stored ledger: one row for each tunnel, user and hour, and one for each tunnel, user and UTC day, written together, so
 * that days are at every moment the sums of their hours.
 */
@Component
public class UsageDays {
    private static final String SUMS = """
            sum(requests) AS requests, sum(errors) AS errors, sum(bytes_in) AS bytes_in, sum(bytes_out) AS bytes_out,
            sum(duration_millis) AS duration_millis, coalesce(min(min_duration_millis), 0) AS min_duration_millis,
            coalesce(max(max_duration_millis), 0) AS max_duration_millis""";

    private static final Comparator<UsageBatch.Key> ROW_ORDER = Comparator.comparing(UsageBatch.Key::tunnelId)
            .thenComparing(UsageBatch.Key::userId)
            .thenComparing(UsageBatch.Key::hour);

    private static final String ADD_TO_HOUR = addTo("usage_hours", "hour");
    private static final String ADD_TO_DAY = addTo("usage_days", "day");

    private final JdbcClient jdbc;
    private final JdbcOperations batches;
    private final Outbox outbox;
    private final ReplicaProperties replica;
    private final UnderWay underWay;

    UsageDays(JdbcClient jdbc, JdbcOperations batches, Outbox outbox, ReplicaProperties replica) {
        this.jdbc = jdbc;
        this.batches = batches;
        this.outbox = outbox;
        this.replica = replica;
        this.underWay = new UnderWay(jdbc, replica.name());
    }

    /** Stores a batch and tells of it, once however often it is sent. Needs the system scope. */
    @Transactional
    void apply(UsageBatch batch) {
        int fresh = jdbc.sql("""
                INSERT INTO usage_flushes (replica, last_batch) VALUES (?, ?)
                ON CONFLICT (replica) DO UPDATE SET last_batch = excluded.last_batch
                WHERE usage_flushes.last_batch <> excluded.last_batch""").params(replica.name(), batch.id()).update();
        if (fresh == 0) {
            return;
        }
        store(underWay.settle(batch), batch.from(), batch.to());
    }

    /** The batch of this replica that was stored last. Needs the system scope. */
    @Transactional(readOnly = true)
    Optional<UUID> lastBatch() {
        return jdbc.sql("SELECT last_batch FROM usage_flushes WHERE replica = ?")
                .param(replica.name())
                .query(UUID.class)
                .optional();
    }

    /** Counts requests that were under way when this replica was killed, each once. Needs the system scope. */
    @Transactional
    void applyCutOff(Instant now) {
        store(underWay.takeCutOff(now), now, now);
    }

    /** In one order on all replicas, or two of them could wait for each other's rows. */
    private void store(Map<UsageBatch.Key, UsageBatch.Sums> entries, Instant from, Instant to) {
        entries.entrySet().stream().sorted(Map.Entry.comparingByKey(ROW_ORDER)).forEach(entry -> {
            UsageBatch.Key key = entry.getKey();
            OffsetDateTime hour = key.hour().atOffset(ZoneOffset.UTC);
            add(ADD_TO_HOUR, key, hour, entry.getValue());
            add(ADD_TO_DAY, key, hour.toLocalDate(), entry.getValue());
            outbox.append(key.tenantId(), measured(from, to, key, entry.getValue()));
        });
    }

    private static TunnelTrafficMeasured measured(Instant from, Instant to, UsageBatch.Key key, UsageBatch.Sums sums) {
        return new TunnelTrafficMeasured(
                key.tunnelId(),
                key.userId(),
                from,
                to,
                sums.requests(),
                sums.errors(),
                sums.bytesIn(),
                sums.bytesOut());
    }

    private static String addTo(String table, String period) {
        return """
                INSERT INTO %s AS d (tunnel_id, user_id, %s, tenant_id, requests, errors, bytes_in, bytes_out,
                  duration_millis, min_duration_millis, max_duration_millis, prompt_tokens, completion_tokens,
                  peak_requests)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (tunnel_id, %s, user_id) DO UPDATE SET
                  requests = d.requests + excluded.requests, errors = d.errors + excluded.errors,
                  bytes_in = d.bytes_in + excluded.bytes_in, bytes_out = d.bytes_out + excluded.bytes_out,
                  duration_millis = d.duration_millis + excluded.duration_millis,
                  min_duration_millis = least(d.min_duration_millis, excluded.min_duration_millis),
                  max_duration_millis = greatest(d.max_duration_millis, excluded.max_duration_millis),
                  prompt_tokens = d.prompt_tokens + excluded.prompt_tokens,
                  completion_tokens = d.completion_tokens + excluded.completion_tokens,
                  peak_requests = greatest(d.peak_requests, excluded.peak_requests)""".formatted(table, period, period);
    }

    private void add(String upsert, UsageBatch.Key key, Object period, UsageBatch.Sums sums) {
        boolean anyEnded = sums.anyDuration();
        jdbc.sql(upsert)
                .params(
                        key.tunnelId(),
                        key.userId(),
                        period,
                        key.tenantId(),
                        sums.requests(),
                        sums.errors(),
                        sums.bytesIn(),
                        sums.bytesOut(),
                        sums.durationMillis())
                .param(anyEnded ? sums.minDurationMillis() : null)
                .param(anyEnded ? sums.maxDurationMillis() : null)
                .params(sums.promptTokens(), sums.completionTokens(), sums.peakRequests())
                .update();
    }

    /**
     * Agent connections of one person to one tunnel that were opened.
     *
     * @param opened how many
     * @param open connections the tunnel has now, these included
     */
    public record Opened(UUID tunnelId, UUID tenantId, UUID userId, int opened, int open) {}

    /** Counts agent connections that were opened on a day; each person and tunnel comes once, as it is one statement. */
    @Transactional(propagation = Propagation.MANDATORY)
    public void connectionsOpened(Collection<Opened> opened, LocalDate day) {
        if (opened.isEmpty()) {
            return;
        }
        // In one order on all replicas, or two of them could wait for each other's rows.
        batches.batchUpdate(
                """
                INSERT INTO usage_days AS d (tunnel_id, user_id, day, tenant_id, connections, peak_connections)
                VALUES (?, ?, ?, ?, ?, ?)
                ON CONFLICT (tunnel_id, day, user_id) DO UPDATE SET
                  connections = d.connections + excluded.connections,
                  peak_connections = greatest(d.peak_connections, excluded.peak_connections)""",
                opened.stream()
                        .sorted(Comparator.comparing(Opened::tunnelId).thenComparing(Opened::userId))
                        .map(one -> new Object[] {
                            one.tunnelId(), one.userId(), day, one.tenantId(), one.opened(), one.open()
                        })
                        .toList());
    }

    /** Days of a tunnel with any use, both ends included, in order. */
    @Transactional(propagation = Propagation.MANDATORY, readOnly = true)
    public List<UsageDay> days(UUID tunnelId, LocalDate from, LocalDate to) {
        return jdbc.sql("SELECT day, " + SUMS + """
                , sum(connections) AS connections, max(peak_connections) AS peak_connections,
                max(peak_requests) AS peak_requests, sum(prompt_tokens) AS prompt_tokens,
                sum(completion_tokens) AS completion_tokens
                FROM usage_days WHERE tunnel_id = ? AND day BETWEEN ? AND ? GROUP BY day ORDER BY day""")
                .params(tunnelId, from, to)
                .query(UsageDays::day)
                .list();
    }

    /** Sums over all days of some tunnels; a tunnel without any use is absent. */
    @Transactional(propagation = Propagation.MANDATORY, readOnly = true)
    public Map<UUID, UsageTotals> totals(Collection<UUID> tunnelIds) {
        if (tunnelIds.isEmpty()) {
            return Map.of();
        }
        Map<UUID, UsageTotals> totals = new HashMap<>();
        jdbc.sql("SELECT tunnel_id, " + SUMS + " FROM usage_days WHERE tunnel_id IN (:tunnels) GROUP BY tunnel_id")
                .param("tunnels", tunnelIds)
                .query(row -> {
                    totals.put(row.getObject("tunnel_id", UUID.class), totals(row));
                });
        return totals;
    }

    private static UsageTotals totals(ResultSet row) throws SQLException {
        return UsageTotals.of(
                row.getLong("requests"),
                row.getLong("errors"),
                row.getLong("duration_millis"),
                row.getLong("min_duration_millis"),
                row.getLong("max_duration_millis"),
                row.getLong("bytes_in"),
                row.getLong("bytes_out"));
    }

    private static UsageDay day(ResultSet row, int number) throws SQLException {
        long requests = row.getLong("requests");
        return new UsageDay(
                row.getObject("day", LocalDate.class),
                requests,
                requests - row.getLong("errors"),
                row.getLong("errors"),
                row.getLong("bytes_in"),
                row.getLong("bytes_out"),
                row.getLong("connections"),
                row.getInt("peak_connections"),
                requests == 0 ? 0 : row.getLong("duration_millis") / requests,
                row.getInt("peak_requests"),
                row.getLong("prompt_tokens"),
                row.getLong("completion_tokens"));
    }
}
