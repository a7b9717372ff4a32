package dev.culvert.tunnel.diagnostics;

import dev.culvert.platform.paging.Page;
import dev.culvert.platform.paging.PageRequest;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/** What the database noted of tunnels and their agent connections while they changed. */
@Component
@Transactional(propagation = Propagation.MANDATORY, readOnly = true)
class TunnelPast {
    private static final String CONNECTION =
            "session_id, agent_instance, agent_version, remote_address, replica, connected_at, ended_at";

    private final JdbcClient jdbc;

    TunnelPast(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** A connection as noted. */
    record PastConnection(
            UUID id,
            String agentInstance,
            String agentVersion,
            String remoteAddress,
            String replica,
            Instant connectedAt,
            @Nullable Instant endedAt) {}

    /** States of a tunnel, latest first. */
    Page<Transition> transitions(UUID tunnelId, PageRequest page) {
        List<Transition> found = jdbc.sql("""
                SELECT old_status, new_status, reason, occurred_at FROM tunnel_transitions
                WHERE tunnel_id = ? ORDER BY id DESC LIMIT ? OFFSET ?""")
                .params(tunnelId, page.limit(), page.offset())
                .query(TunnelPast::transition)
                .list();
        return Page.of(found, count("tunnel_transitions", tunnelId), page);
    }

    /** Connections of a tunnel: those that are open, then those that ended, each with the latest first. */
    Page<PastConnection> connections(UUID tunnelId, PageRequest page) {
        List<PastConnection> found = jdbc.sql("SELECT " + CONNECTION + """
                 FROM connection_history WHERE tunnel_id = ?
                ORDER BY ended_at IS NOT NULL, connected_at DESC, session_id LIMIT ? OFFSET ?""")
                .params(tunnelId, page.limit(), page.offset())
                .query(TunnelPast::connection)
                .list();
        return Page.of(found, count("connection_history", tunnelId), page);
    }

    Optional<PastConnection> connection(UUID tunnelId, UUID connectionId) {
        return jdbc.sql("SELECT " + CONNECTION + " FROM connection_history WHERE tunnel_id = ? AND session_id = ?")
                .params(tunnelId, connectionId)
                .query(TunnelPast::connection)
                .optional();
    }

    private long count(String table, UUID tunnelId) {
        return jdbc.sql("SELECT count(*) FROM " + table + " WHERE tunnel_id = ?")
                .param(tunnelId)
                .query(Long.class)
                .single();
    }

    private static Transition transition(ResultSet row, int number) throws SQLException {
        String from = row.getString("old_status");
        return new Transition(
                from == null ? null : from.toLowerCase(Locale.ROOT),
                row.getString("new_status").toLowerCase(Locale.ROOT),
                row.getString("reason"),
                row.getObject("occurred_at", OffsetDateTime.class).toInstant());
    }

    private static PastConnection connection(ResultSet row, int number) throws SQLException {
        OffsetDateTime ended = row.getObject("ended_at", OffsetDateTime.class);
        return new PastConnection(
                row.getObject("session_id", UUID.class),
                row.getString("agent_instance"),
                row.getString("agent_version"),
                row.getString("remote_address"),
                row.getString("replica"),
                row.getObject("connected_at", OffsetDateTime.class).toInstant(),
                ended == null ? null : ended.toInstant());
    }
}
