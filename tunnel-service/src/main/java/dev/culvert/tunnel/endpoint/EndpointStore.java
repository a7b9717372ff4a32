package dev.culvert.tunnel.endpoint;

import dev.culvert.tunnel.endpoint.Health.Status;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/** Endpoints as rows. */
@Component
@Transactional(propagation = Propagation.MANDATORY)
class EndpointStore {
    private final JdbcClient jdbc;

    EndpointStore(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * What was changed after a time.
     *
     * @param tunnels those that were not known as they are now, with what is stored of them
     * @param there all that were changed
     * @param latest when the last of them was changed
     * @param readAt what the database's clock said
     */
    record Changes(List<TunnelEndpoints> tunnels, Set<UUID> there, Instant latest, Instant readAt) {}

    /**
     * Reads what was changed after a time.
     *
     * @param known whether a tunnel is known as it was stored at a time, so that it need not be read again
     */
    Changes changedAfter(Instant time, BiPredicate<UUID, Instant> known) {
        Set<UUID> there = new HashSet<>();
        List<UUID> unknown = new ArrayList<>();
        Instant[] latest = {time};
        Instant[] readAt = {time};
        jdbc.sql("""
                SELECT tunnel_id, updated_at FROM tunnel_failover WHERE updated_at > ?
                UNION ALL SELECT NULL, clock_timestamp()""").param(time.atOffset(ZoneOffset.UTC)).query(row -> {
            UUID tunnel = row.getObject("tunnel_id", UUID.class);
            Instant updated = row.getObject("updated_at", OffsetDateTime.class).toInstant();
            if (tunnel == null) {
                readAt[0] = updated;
                return;
            }
            latest[0] = updated.isAfter(latest[0]) ? updated : latest[0];
            there.add(tunnel);
            if (!known.test(tunnel, updated)) {
                unknown.add(tunnel);
            }
        });
        return new Changes(read(unknown), there, latest[0], readAt[0]);
    }

    Optional<TunnelEndpoints> read(UUID tunnelId) {
        return read(List.of(tunnelId)).stream().findFirst();
    }

    private List<TunnelEndpoints> read(List<UUID> tunnelIds) {
        if (tunnelIds.isEmpty()) {
            return List.of();
        }
        return withEndpoints(jdbc.sql("SELECT * FROM tunnel_failover WHERE tunnel_id = ANY (CAST(? AS uuid[]))")
                .param(tunnelIds.stream().map(UUID::toString).toArray(String[]::new))
                .query((row, _) -> tunnel(row))
                .list());
    }

    private List<TunnelEndpoints> withEndpoints(List<TunnelEndpoints> bare) {
        if (bare.isEmpty()) {
            return bare;
        }
        Map<UUID, List<Endpoint>> endpoints = new HashMap<>();
        // One parameter for all of them: a statement has room for 65,535.
        jdbc.sql("SELECT * FROM tunnel_endpoints WHERE tunnel_id = ANY (CAST(? AS uuid[])) ORDER BY name")
                .param(bare.stream().map(tunnel -> tunnel.tunnelId().toString()).toArray(String[]::new))
                .query(row -> {
                    endpoints
                            .computeIfAbsent(row.getObject("tunnel_id", UUID.class), _ -> new ArrayList<>())
                            .add(endpoint(row));
                });
        return bare.stream()
                .map(tunnel -> tunnel.having(endpoints.getOrDefault(tunnel.tunnelId(), List.of())))
                .toList();
    }

    private static TunnelEndpoints tunnel(ResultSet row) throws SQLException {
        return new TunnelEndpoints(
                row.getObject("tunnel_id", UUID.class),
                row.getObject("tenant_id", UUID.class),
                new FailoverSettings(
                        row.getInt("health_check_interval_millis"),
                        row.getInt("failover_timeout_millis"),
                        row.getBoolean("auto_failback"),
                        row.getInt("failback_delay_millis")),
                List.of(),
                Optional.ofNullable(row.getString("active_endpoint")),
                Optional.ofNullable(row.getString("picked_endpoint")),
                time(row, "switched_at"),
                Optional.ofNullable(row.getString("switch_reason")).orElse(""),
                time(row, "checks_requested_at"),
                row.getObject("updated_at", OffsetDateTime.class).toInstant());
    }

    private static Endpoint endpoint(ResultSet row) throws SQLException {
        return new Endpoint(
                row.getObject("id", UUID.class),
                row.getString("name"),
                row.getString("url"),
                row.getInt("priority"),
                row.getInt("weight"),
                Optional.ofNullable(row.getString("health_check_path")),
                row.getInt("max_retries"),
                new Health(
                        Status.ofWireName(row.getString("health_status")),
                        row.getInt("consecutive_failures"),
                        row.getString("health_reason"),
                        time(row, "last_health_check"),
                        time(row, "recovered_at"),
                        row.getObject("health_changed_at", OffsetDateTime.class).toInstant()));
    }

    private static Optional<Instant> time(ResultSet row, String column) throws SQLException {
        return Optional.ofNullable(row.getObject(column, OffsetDateTime.class)).map(OffsetDateTime::toInstant);
    }

    private static @Nullable OffsetDateTime column(Optional<Instant> time) {
        return time.map(at -> at.atOffset(ZoneOffset.UTC)).orElse(null);
    }

    /** Makes sure that there is a row for what is decided about the tunnel, and locks it. */
    void lock(UUID tunnelId, UUID tenantId) {
        int made = jdbc.sql("INSERT INTO tunnel_failover (tunnel_id, tenant_id) VALUES (?, ?) ON CONFLICT DO NOTHING")
                .params(tunnelId, tenantId)
                .update();
        if (made > 0) {
            return; // a row of this transaction is locked
        }
        jdbc.sql("SELECT tunnel_id FROM tunnel_failover WHERE tunnel_id = ? FOR UPDATE")
                .param(tunnelId)
                .query(UUID.class)
                .single();
    }

    /**
     * Whose tunnel it is.
     *
     * @param status its wire name
     */
    record Owned(UUID userId, String name, String status) {}

    Owned owner(UUID tunnelId) {
        return jdbc.sql("SELECT user_id, name, lower(status) AS status FROM tunnels WHERE id = ?")
                .param(tunnelId)
                .query((row, _) ->
                        new Owned(row.getObject("user_id", UUID.class), row.getString("name"), row.getString("status")))
                .single();
    }

    int count(UUID tunnelId) {
        return jdbc.sql("SELECT count(*) FROM tunnel_endpoints WHERE tunnel_id = ?")
                .param(tunnelId)
                .query(Integer.class)
                .single();
    }

    void insert(UUID tunnelId, UUID tenantId, Endpoint endpoint, Instant now) {
        jdbc.sql("""
                INSERT INTO tunnel_endpoints (id, tunnel_id, tenant_id, name, url, priority, weight, health_check_path,
                  max_retries, health_status, health_reason, consecutive_failures, health_changed_at, created_at)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, '', 0, ?, ?)""")
                .param(endpoint.id())
                .param(tunnelId)
                .param(tenantId)
                .param(endpoint.name())
                .param(endpoint.url())
                .param(endpoint.priority())
                .param(endpoint.weight())
                .param(endpoint.healthCheckPath().orElse(null))
                .param(endpoint.maxRetries())
                .param(endpoint.health().status().wireName())
                .param(now.atOffset(ZoneOffset.UTC))
                .param(now.atOffset(ZoneOffset.UTC))
                .update();
    }

    void setUrl(UUID endpointId, String url) {
        jdbc.sql("UPDATE tunnel_endpoints SET url = ? WHERE id = ?")
                .params(url, endpointId)
                .update();
    }

    void update(Endpoint endpoint) {
        jdbc.sql("""
                UPDATE tunnel_endpoints SET url = ?, priority = ?, weight = ?, health_check_path = ?, max_retries = ?
                WHERE id = ?""")
                .param(endpoint.url())
                .param(endpoint.priority())
                .param(endpoint.weight())
                .param(endpoint.healthCheckPath().orElse(null))
                .param(endpoint.maxRetries())
                .param(endpoint.id())
                .update();
    }

    void delete(UUID endpointId) {
        jdbc.sql("DELETE FROM tunnel_endpoints WHERE id = ?").param(endpointId).update();
    }

    void saveHealth(UUID endpointId, Health health) {
        jdbc.sql("""
                UPDATE tunnel_endpoints SET health_status = ?, health_reason = ?, consecutive_failures = ?,
                  last_health_check = greatest(last_health_check, ?), recovered_at = ?, health_changed_at = ?
                WHERE id = ? AND health_changed_at <= ?""")
                .param(health.status().wireName())
                .param(health.reason())
                .param(health.failures())
                .param(column(health.checkedAt()))
                .param(column(health.recoveredAt()))
                .param(health.changedAt().atOffset(ZoneOffset.UTC))
                .param(endpointId)
                .param(health.changedAt().atOffset(ZoneOffset.UTC))
                .update();
    }

    void saveSettings(UUID tunnelId, FailoverSettings settings) {
        jdbc.sql("""
                UPDATE tunnel_failover SET health_check_interval_millis = ?, failover_timeout_millis = ?,
                  auto_failback = ?, failback_delay_millis = ?
                WHERE tunnel_id = ?""")
                .param(settings.healthCheckInterval())
                .param(settings.failoverTimeout())
                .param(settings.enableAutoFailback())
                .param(settings.failbackDelay())
                .param(tunnelId)
                .update();
    }

    void pick(UUID tunnelId, Optional<String> endpoint) {
        jdbc.sql("UPDATE tunnel_failover SET picked_endpoint = ? WHERE tunnel_id = ?")
                .param(endpoint.orElse(null))
                .param(tunnelId)
                .update();
    }

    void requestChecks(UUID tunnelId, Instant now) {
        jdbc.sql("UPDATE tunnel_failover SET checks_requested_at = ? WHERE tunnel_id = ?")
                .params(now.atOffset(ZoneOffset.UTC), tunnelId)
                .update();
    }

    /** Lets the first endpoint carry the tunnel; nothing if one does. */
    void begin(UUID tunnelId, String endpoint) {
        jdbc.sql("UPDATE tunnel_failover SET active_endpoint = ? WHERE tunnel_id = ? AND active_endpoint IS NULL")
                .params(endpoint, tunnelId)
                .update();
    }

    /** Whether this is the one that makes the switch: several replicas may see the reason. */
    boolean switchOver(UUID tunnelId, Switch made) {
        return jdbc.sql("""
                        UPDATE tunnel_failover SET active_endpoint = ?, switched_at = ?, switch_reason = ?
                        WHERE tunnel_id = ? AND active_endpoint = ?""")
                        .params(
                                made.toEndpoint(),
                                made.time().atOffset(ZoneOffset.UTC),
                                made.reason(),
                                tunnelId,
                                made.fromEndpoint())
                        .update()
                > 0;
    }

    void note(UUID tunnelId, UUID tenantId, Switch made) {
        jdbc.sql("""
                INSERT INTO tunnel_switches
                  (tunnel_id, tenant_id, from_endpoint, to_endpoint, reason, queue_size, replica, occurred_at)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?)""")
                .params(
                        tunnelId,
                        tenantId,
                        made.fromEndpoint(),
                        made.toEndpoint(),
                        made.reason(),
                        made.queueSize(),
                        made.replica(),
                        made.time().atOffset(ZoneOffset.UTC))
                .update();
    }

    List<Switch> switches(UUID tunnelId, int limit, int offset) {
        return jdbc.sql("SELECT * FROM tunnel_switches WHERE tunnel_id = ? ORDER BY id DESC LIMIT ? OFFSET ?")
                .params(tunnelId, limit, offset)
                .query((row, _) -> new Switch(
                        row.getString("from_endpoint"),
                        row.getString("to_endpoint"),
                        row.getString("reason"),
                        row.getInt("queue_size"),
                        row.getString("replica"),
                        row.getObject("occurred_at", OffsetDateTime.class).toInstant()))
                .list();
    }

    long countSwitches(UUID tunnelId) {
        return jdbc.sql("SELECT count(*) FROM tunnel_switches WHERE tunnel_id = ?")
                .param(tunnelId)
                .query(Long.class)
                .single();
    }
}
