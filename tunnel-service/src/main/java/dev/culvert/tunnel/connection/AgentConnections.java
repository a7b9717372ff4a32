package dev.culvert.tunnel.connection;

import dev.culvert.tunnel.session.SessionEvent.SessionInfo;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.springframework.jdbc.core.JdbcOperations;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/**
 * Open agent connections of all replicas as rows. A replica writes only rows of its own; those of a replica that died are
 * removed by any other ({@link #removeDeadReplicas}), its own after a crash by the replica that comes back under its name.
 */
@Component
@Transactional(propagation = Propagation.MANDATORY)
public class AgentConnections {
    private final JdbcClient jdbc;
    private final JdbcOperations batches;
    private final ReplicaProperties replica;

    AgentConnections(JdbcClient jdbc, JdbcOperations batches, ReplicaProperties replica) {
        this.jdbc = jdbc;
        this.batches = batches;
        this.replica = replica;
    }

    /**
     * What {@link #settle} did for one tunnel.
     *
     * @param opened connections that had no row yet
     * @param total connections the tunnel now has on all replicas
     */
    public record Settled(List<SessionInfo> opened, int total) {}

    /**
     * A row of this replica.
     *
     * @param told whether the tunnel's status says that an agent is there
     */
    public record OwnRow(UUID sessionId, UUID tunnelId, UUID tenantId, boolean told) {}

    private record Row(UUID sessionId, UUID tunnelId, boolean own) {}

    /**
     * Makes this replica's rows of some tunnels equal to the connections it holds, in as many ways to the database for many as
     * for one: agents come back by the thousand when a replica is lost. The caller holds the tunnels' locks.
     *
     * @param live by tunnel; one without any has an empty collection
     * @return for each of these tunnels
     */
    public Map<UUID, Settled> settle(Map<UUID, ? extends Collection<SessionInfo>> live, Instant now) {
        List<Row> rows = rows(live.keySet());
        Set<UUID> stored = rows.stream().filter(Row::own).map(Row::sessionId).collect(Collectors.toSet());
        Set<UUID> ended = new HashSet<>(stored);
        live.values().forEach(sessions -> sessions.forEach(session -> ended.remove(session.sessionId())));
        Map<UUID, Settled> settled = new HashMap<>();
        live.forEach((tunnelId, sessions) -> {
            List<SessionInfo> opened = sessions.stream()
                    .filter(session -> !stored.contains(session.sessionId()))
                    .toList();
            long elsewhere = rows.stream()
                    .filter(row -> row.tunnelId().equals(tunnelId) && !row.own())
                    .count();
            settled.put(tunnelId, new Settled(opened, (int) elsewhere + sessions.size()));
        });
        if (!ended.isEmpty()) {
            jdbc.sql("DELETE FROM agent_connections WHERE session_id IN (:ended)")
                    .param("ended", ended)
                    .update();
        }
        insert(settled.values().stream().flatMap(one -> one.opened().stream()).toList(), now);
        return settled;
    }

    private List<Row> rows(Collection<UUID> tunnelIds) {
        return jdbc.sql("""
                SELECT session_id, tunnel_id, replica = :replica AS own FROM agent_connections
                WHERE tunnel_id IN (:tunnels)""")
                .param("replica", replica.name())
                .param("tunnels", tunnelIds)
                .query((row, _) -> new Row(
                        row.getObject("session_id", UUID.class),
                        row.getObject("tunnel_id", UUID.class),
                        row.getBoolean("own")))
                .list();
    }

    private void insert(List<SessionInfo> opened, Instant now) {
        if (opened.isEmpty()) {
            return;
        }
        batches.batchUpdate(
                """
                INSERT INTO agent_connections
                  (session_id, tunnel_id, tenant_id, user_id, replica, agent_instance, agent_version, remote_address,
                   connected_at)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)""",
                opened.stream()
                        .map(session -> new Object[] {
                            session.sessionId(),
                            session.tunnelId(),
                            session.tenantId(),
                            session.userId(),
                            replica.name(),
                            session.agentInstance(),
                            session.agentVersion(),
                            session.remoteAddress(),
                            Timestamp.from(now)
                        })
                        .toList());
    }

    /** Open connections of some tunnels, oldest first; a tunnel without any is absent. */
    @Transactional(propagation = Propagation.MANDATORY, readOnly = true)
    public Map<UUID, List<AgentConnection>> of(Collection<UUID> tunnelIds) {
        if (tunnelIds.isEmpty()) {
            return Map.of();
        }
        Map<UUID, List<AgentConnection>> found = new HashMap<>();
        jdbc.sql("""
                SELECT session_id, tunnel_id, agent_instance, agent_version, remote_address, connected_at
                FROM agent_connections WHERE tunnel_id IN (:tunnels) ORDER BY connected_at, session_id""").param("tunnels", tunnelIds).query(row -> {
            found.computeIfAbsent(row.getObject("tunnel_id", UUID.class), _ -> new ArrayList<>())
                    .add(connection(row));
        });
        return found;
    }

    /** All rows of this replica. Needs the system scope. */
    public List<OwnRow> ownRows() {
        return jdbc.sql("""
                SELECT c.session_id, c.tunnel_id, c.tenant_id, coalesce(t.status = 'CONNECTED', false) AS told
                FROM agent_connections c LEFT JOIN tunnels t ON t.id = c.tunnel_id WHERE c.replica = ?""")
                .param(replica.name())
                .query((row, _) -> new OwnRow(
                        row.getObject("session_id", UUID.class),
                        row.getObject("tunnel_id", UUID.class),
                        row.getObject("tenant_id", UUID.class),
                        row.getBoolean("told")))
                .list();
    }

    /**
     * Says that this replica lives, and removes the rows of those that did not say so for a while. Needs the system scope.
     *
     * @return replicas found dead
     */
    public List<String> removeDeadReplicas(Instant now) {
        jdbc.sql("""
                INSERT INTO replicas (name, seen_at) VALUES (?, ?)
                ON CONFLICT (name) DO UPDATE SET seen_at = excluded.seen_at""").params(replica.name(), Timestamp.from(now)).update();
        List<String> dead = jdbc.sql("DELETE FROM replicas WHERE seen_at < ? RETURNING name")
                .param(Timestamp.from(now.minus(replica.deadAfter())))
                .query((row, _) -> row.getString("name"))
                .list();
        if (!dead.isEmpty()) {
            jdbc.sql("DELETE FROM agent_connections WHERE replica IN (:dead)")
                    .param("dead", dead)
                    .update();
        }
        return dead;
    }

    private static AgentConnection connection(ResultSet row) throws SQLException {
        return new AgentConnection(
                row.getObject("session_id", UUID.class),
                row.getString("agent_instance"),
                row.getString("agent_version"),
                row.getString("remote_address"),
                row.getObject("connected_at", OffsetDateTime.class).toInstant());
    }
}
