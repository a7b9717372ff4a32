package dev.culvert.tunnel.access;

import dev.culvert.data.tenant.TenantScope;
import dev.culvert.platform.paging.Page;
import dev.culvert.platform.paging.PageRequest;
import dev.culvert.tunnel.activity.CommandSource;
import dev.culvert.tunnel.session.Grant;
import dev.culvert.tunnel.session.Guest;
import jakarta.annotation.PreDestroy;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.sql.Types;
import java.time.Clock;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.scheduling.annotation.SchedulingConfigurer;
import org.springframework.scheduling.config.ScheduledTaskRegistrar;
import org.springframework.stereotype.Component;
import org.springframework.transaction.TransactionException;
import org.springframework.transaction.support.TransactionOperations;

/**
 * Who but the owner did what with a tunnel (requirements R4.8b, P2.10.5, P2.10.8). Requests are too many for a row each in
 * their own transaction: equal ones are counted in memory and stored together about once a second. A kill loses that second.
 */
@Component
public class AccessLog implements SchedulingConfigurer {
    private static final Logger log = LoggerFactory.getLogger(AccessLog.class);
    private static final Duration FLUSH_EVERY = Duration.ofSeconds(1);
    private static final Duration FORGET_EVERY = Duration.ofHours(1);

    /** Requirement X-16. */
    private static final Duration KEPT = Duration.ofDays(90);

    /** Different entries of one second; beyond it they are not kept, or a flood of addresses would fill the memory. */
    private static final int MAX_ENTRIES = 10_000;

    private final JdbcClient jdbc;
    private final TransactionOperations transactions;
    private final Clock clock;
    private final ConcurrentHashMap<Key, Integer> calls = new ConcurrentHashMap<>();
    private final AtomicLong dropped = new AtomicLong();

    AccessLog(JdbcClient jdbc, TransactionOperations transactions, Clock clock) {
        this.jdbc = jdbc;
        this.transactions = transactions;
        this.clock = clock;
    }

    private record Key(
            UUID tunnelId,
            UUID tenantId,
            Optional<UUID> userId,
            Grant.Kind grantedBy,
            Optional<UUID> grantId,
            String permission,
            String action,
            CommandSource source) {}

    @Override
    public void configureTasks(ScheduledTaskRegistrar registrar) {
        registrar.addFixedDelayTask(this::flush, FLUSH_EVERY);
        registrar.addFixedDelayTask(this::forgetOld, FORGET_EVERY);
    }

    /** A guest sends a request through a tunnel. Returns at once. */
    void used(Guest guest) {
        Grant grant = guest.found().grant();
        note(new Key(
                guest.found().tunnelId(),
                guest.found().tenantId(),
                guest.account(),
                grant.kind(),
                grant.id(),
                grant.role(),
                TunnelAction.USE.wireName(),
                new CommandSource(guest.address(), guest.agent())));
    }

    /** Somebody does something to a tunnel of another. Returns at once. */
    void did(Standing standing, UUID userId, TunnelAction action, CommandSource source) {
        note(new Key(
                standing.tunnelId(),
                standing.tenantId(),
                Optional.of(userId),
                standing.shareId().isPresent() ? Grant.Kind.SHARE : Grant.Kind.TENANT,
                standing.shareId(),
                standing.role().wireName(),
                action.wireName(),
                source));
    }

    private void note(Key key) {
        if (calls.size() < MAX_ENTRIES || calls.containsKey(key)) {
            calls.merge(key, 1, Integer::sum);
        } else {
            dropped.incrementAndGet();
        }
    }

    /** Stores what is noted; when the database does not take it, the next flush tries again. */
    @PreDestroy
    synchronized void flush() {
        Map<Key, Integer> taken = new HashMap<>();
        calls.keySet().forEach(key -> Optional.ofNullable(calls.remove(key)).ifPresent(count -> taken.put(key, count)));
        if (taken.isEmpty()) {
            return;
        }
        try {
            TenantScope.runAsSystem(
                    "store who used tunnels of others",
                    () -> transactions.executeWithoutResult(_ -> taken.forEach(this::insert)));
        } catch (DataAccessException | TransactionException e) {
            taken.forEach((key, count) -> calls.merge(key, count, Integer::sum));
            log.atWarn().setCause(e).log("The access log cannot be stored now and is kept for the next try");
        }
        long lost = dropped.getAndSet(0);
        if (lost > 0) {
            log.atWarn().addKeyValue("entries", lost).log("Too many different guests at once for the access log");
        }
    }

    /** Removes what is older than logs are kept. */
    void forgetOld() {
        try {
            TenantScope.runAsSystem(
                    "forget old entries of the access log",
                    () -> transactions.executeWithoutResult(
                            _ -> jdbc.sql("DELETE FROM access_log WHERE occurred_at < ?")
                                    .param(Timestamp.from(clock.instant().minus(KEPT)))
                                    .update()));
        } catch (DataAccessException | TransactionException e) {
            log.atWarn()
                    .setCause(e)
                    .log("Old entries of the access log cannot be removed now; the next hour tries again");
        }
    }

    /** The tunnel may have been deleted since. */
    private void insert(Key key, int count) {
        jdbc.sql("""
                INSERT INTO access_log (id, tunnel_id, tenant_id, user_id, granted_by, grant_id, permission, action,
                  client_address, user_agent, calls, occurred_at)
                SELECT :id, t.id, t.tenant_id, :user, :grantedBy, :grant, :permission, :action, :address, :agent, :calls, :now
                FROM tunnels t WHERE t.id = :tunnel""")
                .param("id", UUID.randomUUID())
                .param("user", key.userId().orElse(null), Types.OTHER)
                .param("grantedBy", key.grantedBy().name().toLowerCase(Locale.ROOT))
                .param("grant", key.grantId().orElse(null), Types.OTHER)
                .param("permission", key.permission())
                .param("action", key.action())
                .param("address", key.source().address())
                .param("agent", key.source().agent())
                .param("calls", count)
                .param("now", Timestamp.from(clock.instant()))
                .param("tunnel", key.tunnelId())
                .update();
    }

    /** Entries of a tunnel, latest first. In a transaction of the tunnel's tenant. */
    Page<AccessLogEntry> of(UUID tunnelId, PageRequest page) {
        var entries = jdbc.sql("""
                SELECT id, user_id, granted_by, grant_id, permission, action, client_address, user_agent, calls,
                  occurred_at
                FROM access_log WHERE tunnel_id = ? ORDER BY occurred_at DESC, id LIMIT ? OFFSET ?""")
                .params(tunnelId, page.limit(), page.offset())
                .query(AccessLog::entry)
                .list();
        long total = jdbc.sql("SELECT count(*) FROM access_log WHERE tunnel_id = ?")
                .param(tunnelId)
                .query(Long.class)
                .single();
        return Page.of(entries, total, page);
    }

    private static AccessLogEntry entry(ResultSet row, int number) throws SQLException {
        return new AccessLogEntry(
                row.getObject("id", UUID.class),
                row.getObject("user_id", UUID.class),
                row.getString("granted_by"),
                row.getObject("grant_id", UUID.class),
                row.getString("permission"),
                row.getString("action"),
                row.getString("client_address"),
                row.getString("user_agent"),
                row.getInt("calls"),
                row.getObject("occurred_at", OffsetDateTime.class).toInstant());
    }
}
