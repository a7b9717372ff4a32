package dev.culvert.tunnel.history;

import dev.culvert.contracts.event.TunnelEvent.TunnelMetricsUpdated;
import dev.culvert.data.outbox.Outbox;
import dev.culvert.data.tenant.TenantScope;
import dev.culvert.tunnel.tunnel.OwnedTunnels;
import dev.culvert.tunnel.tunnel.OwnedTunnels.OwnedTunnel;
import dev.culvert.tunnel.usage.UsageDays;
import dev.culvert.tunnel.usage.UsageTotals;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
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
 * Publishes the sums of tunnels that carried traffic (requirement R4.10), each state of them once, whichever replica comes to
 * it: the row that says what was told last is changed in the same transaction.
 */
@Component
class MetricsAnnouncements implements SchedulingConfigurer {
    private static final Logger log = LoggerFactory.getLogger(MetricsAnnouncements.class);

    /** Longer than any pause between two runs that a running service makes. */
    private static final Duration LOOK_BACK = Duration.ofHours(2);

    private final JdbcClient jdbc;
    private final OwnedTunnels tunnels;
    private final UsageDays days;
    private final Outbox outbox;
    private final TransactionOperations transactions;
    private final HistoryProperties properties;
    private final Clock clock;

    MetricsAnnouncements(
            JdbcClient jdbc,
            OwnedTunnels tunnels,
            UsageDays days,
            Outbox outbox,
            TransactionOperations transactions,
            HistoryProperties properties,
            Clock clock) {
        this.jdbc = jdbc;
        this.tunnels = tunnels;
        this.days = days;
        this.outbox = outbox;
        this.transactions = transactions;
        this.properties = properties;
        this.clock = clock;
    }

    @Override
    public void configureTasks(ScheduledTaskRegistrar registrar) {
        registrar.addFixedDelayTask(this::announce, properties.announceInterval());
    }

    void announce() {
        try {
            TenantScope.runAsSystem(
                    "publish sums of tunnels", () -> transactions.executeWithoutResult(_ -> announceChanged()));
        } catch (DataAccessException | TransactionException e) {
            log.atWarn().setCause(e).log("Sums of tunnels cannot be published now; the next run does it");
        }
    }

    private void announceChanged() {
        List<UUID> used = jdbc.sql("SELECT DISTINCT tunnel_id FROM usage_hours WHERE hour >= ? ORDER BY tunnel_id")
                .param(clock.instant().minus(LOOK_BACK).atOffset(ZoneOffset.UTC))
                .query((row, _) -> row.getObject("tunnel_id", UUID.class))
                .list();
        Map<UUID, UsageTotals> totals = days.totals(used);
        Set<Told> told = told(used);
        tunnels.those(used).forEach(tunnel -> {
            UsageTotals sums = totals.getOrDefault(tunnel.id(), UsageTotals.NONE);
            if (!told.contains(Told.of(tunnel.id(), sums)) && isNews(tunnel, sums)) {
                outbox.append(tunnel.tenantId(), event(tunnel, sums));
            }
        });
    }

    /** What was told last of a tunnel. */
    private record Told(UUID tunnelId, long requests, long bytes) {
        static Told of(UUID tunnelId, UsageTotals sums) {
            return new Told(tunnelId, sums.requestCount(), sums.bytesIn() + sums.bytesOut());
        }
    }

    /** In one reading: of most tunnels there is nothing new. */
    private Set<Told> told(List<UUID> tunnelIds) {
        return Set.copyOf(jdbc.sql("""
                SELECT tunnel_id, requests, bytes FROM metrics_announcements WHERE tunnel_id = ANY (CAST(? AS uuid[]))""")
                .param(tunnelIds.stream().map(UUID::toString).toArray(String[]::new))
                .query((row, _) ->
                        new Told(row.getObject("tunnel_id", UUID.class), row.getLong("requests"), row.getLong("bytes")))
                .list());
    }

    /** Notes what is told; false when that was told already, be it by another replica in this moment. */
    private boolean isNews(OwnedTunnel tunnel, UsageTotals sums) {
        return jdbc.sql("""
                        INSERT INTO metrics_announcements (tunnel_id, tenant_id, requests, bytes) VALUES (?, ?, ?, ?)
                        ON CONFLICT (tunnel_id) DO UPDATE SET requests = excluded.requests, bytes = excluded.bytes
                        WHERE (metrics_announcements.requests, metrics_announcements.bytes)
                          IS DISTINCT FROM (excluded.requests, excluded.bytes)""")
                        .params(tunnel.id(), tunnel.tenantId(), sums.requestCount(), sums.bytesIn() + sums.bytesOut())
                        .update()
                > 0;
    }

    private static TunnelMetricsUpdated event(OwnedTunnel tunnel, UsageTotals sums) {
        return new TunnelMetricsUpdated(
                tunnel.id(),
                tunnel.userId(),
                tunnel.name(),
                sums.requestCount(),
                sums.successCount(),
                sums.errorCount(),
                Math.round(sums.averageLatency()),
                sums.bytesIn(),
                sums.bytesOut());
    }
}
