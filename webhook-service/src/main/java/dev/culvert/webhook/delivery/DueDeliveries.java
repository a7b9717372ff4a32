package dev.culvert.webhook.delivery;

import dev.culvert.webhook.endpoint.RetryPolicy;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Stream;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** The table of what is still to be sent. Works for all tenants, so inside the system scope only. */
@Component
class DueDeliveries {
    private final JdbcClient jdbc;

    DueDeliveries(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * Leases deliveries that are due, of active endpoints, a few of each endpoint, so that a long queue of one does not
     * hold up the others. Rows that another worker is taking are passed over.
     *
     * @param limit how many at most
     * @param perEndpoint how many tries to one endpoint may be under way
     * @param underWay tries under way here, by endpoint
     * @param leaseUntil when the deliveries fall due again unless their try is recorded
     */
    @Transactional
    List<DueDelivery> lease(int limit, int perEndpoint, Map<UUID, Integer> underWay, Instant now, Instant leaseUntil) {
        List<Map.Entry<UUID, Integer>> busy = List.copyOf(underWay.entrySet());
        return jdbc.sql("""
                WITH ready AS (
                    SELECT DISTINCT queue.endpoint_id
                    FROM due_delivery queue JOIN endpoint ON endpoint.id = queue.endpoint_id
                    WHERE queue.due_at <= :now AND endpoint.status = 'ACTIVE'),
                busy AS (
                    SELECT * FROM unnest(CAST(:busyIds AS uuid[]), CAST(:busyCounts AS integer[]))
                        AS b (endpoint_id, tries)),
                chosen AS (
                    SELECT first.delivery_id
                    FROM ready LEFT JOIN busy ON busy.endpoint_id = ready.endpoint_id
                    CROSS JOIN LATERAL (
                        SELECT queue.delivery_id
                        FROM due_delivery queue
                        WHERE queue.endpoint_id = ready.endpoint_id AND queue.due_at <= :now
                        ORDER BY queue.due_at
                        LIMIT greatest(:perEndpoint - coalesce(busy.tries, 0), 0)
                        FOR UPDATE SKIP LOCKED) first
                    LIMIT :limit),
                leased AS (
                    UPDATE due_delivery SET due_at = :leaseUntil
                    FROM chosen WHERE due_delivery.delivery_id = chosen.delivery_id
                    RETURNING due_delivery.delivery_id)
                SELECT delivery.id, delivery.tenant_id, delivery.endpoint_id, delivery.message_id, delivery.retry_policy,
                       delivery.attempts, endpoint.url, endpoint.secret,
                       CASE WHEN endpoint.previous_secret_until > :now THEN endpoint.previous_secret END AS previous_secret,
                       message.body
                FROM leased
                JOIN delivery ON delivery.id = leased.delivery_id
                JOIN endpoint ON endpoint.id = delivery.endpoint_id
                JOIN message ON message.id = delivery.message_id
                """)
                .param("now", Timestamp.from(now))
                .param("leaseUntil", Timestamp.from(leaseUntil))
                .param(
                        "busyIds",
                        busy.stream().map(entry -> entry.getKey().toString()).toArray(String[]::new))
                .param("busyCounts", busy.stream().map(Map.Entry::getValue).toArray(Integer[]::new))
                .param("perEndpoint", perEndpoint)
                .param("limit", limit)
                .query((row, _) -> dueDelivery(row))
                .list();
    }

    /** Deliveries that are not yet delivered or failed. */
    @Transactional(readOnly = true)
    long count() {
        return jdbc.sql("SELECT count(*) FROM due_delivery").query(Long.class).single();
    }

    void postpone(UUID deliveryId, Instant dueAt) {
        jdbc.sql("UPDATE due_delivery SET due_at = :dueAt WHERE delivery_id = :id")
                .param("dueAt", Timestamp.from(dueAt))
                .param("id", deliveryId)
                .update();
    }

    void remove(UUID deliveryId) {
        jdbc.sql("DELETE FROM due_delivery WHERE delivery_id = :id")
                .param("id", deliveryId)
                .update();
    }

    private static DueDelivery dueDelivery(ResultSet row) throws SQLException {
        return new DueDelivery(
                row.getObject("id", UUID.class),
                row.getObject("tenant_id", UUID.class),
                row.getObject("endpoint_id", UUID.class),
                row.getObject("message_id", UUID.class),
                row.getString("url"),
                Stream.of(row.getString("secret"), row.getString("previous_secret"))
                        .filter(Objects::nonNull)
                        .toList(),
                RetryPolicy.valueOf(row.getString("retry_policy")),
                row.getInt("attempts") + 1,
                row.getString("body"));
    }
}
