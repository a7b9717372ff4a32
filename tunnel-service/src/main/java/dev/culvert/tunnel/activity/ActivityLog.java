package dev.culvert.tunnel.activity;

import dev.culvert.platform.paging.Page;
import dev.culvert.platform.paging.PageRequest;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.OffsetDateTime;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/** The commands on each tunnel. Written in the transaction of the command, so that there is one entry for each. */
@Component
public class ActivityLog {
    private final JdbcClient jdbc;

    ActivityLog(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** Adds an entry. */
    @Transactional(propagation = Propagation.MANDATORY)
    public void add(UUID tunnelId, UUID tenantId, Activity activity) {
        jdbc.sql("""
                INSERT INTO tunnel_activity
                  (id, tunnel_id, tenant_id, user_id, action, status, details, client_address, user_agent, occurred_at)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""")
                .params(
                        activity.id(),
                        tunnelId,
                        tenantId,
                        activity.userId(),
                        activity.action(),
                        activity.status(),
                        activity.details(),
                        activity.ip(),
                        activity.agent(),
                        Timestamp.from(activity.time()))
                .update();
    }

    /** Entries of a tunnel, latest first. */
    @Transactional(propagation = Propagation.MANDATORY)
    public Page<Activity> of(UUID tunnelId, PageRequest page) {
        var entries = jdbc.sql("""
                SELECT id, user_id, action, status, details, client_address, user_agent, occurred_at
                FROM tunnel_activity WHERE tunnel_id = ? ORDER BY occurred_at DESC, id LIMIT ? OFFSET ?""")
                .params(tunnelId, page.limit(), page.offset())
                .query(ActivityLog::activity)
                .list();
        long total = jdbc.sql("SELECT count(*) FROM tunnel_activity WHERE tunnel_id = ?")
                .param(tunnelId)
                .query(Long.class)
                .single();
        return Page.of(entries, total, page);
    }

    private static Activity activity(ResultSet row, int number) throws SQLException {
        return new Activity(
                row.getObject("id", UUID.class),
                row.getObject("user_id", UUID.class),
                row.getString("action"),
                row.getString("status"),
                row.getString("details"),
                row.getString("client_address"),
                row.getString("user_agent"),
                row.getObject("occurred_at", OffsetDateTime.class).toInstant());
    }
}
