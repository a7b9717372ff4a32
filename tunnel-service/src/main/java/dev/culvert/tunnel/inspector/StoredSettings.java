package dev.culvert.tunnel.inspector;

import dev.culvert.data.tenant.TenantScope;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.scheduling.annotation.SchedulingConfigurer;
import org.springframework.scheduling.config.ScheduledTaskRegistrar;
import org.springframework.stereotype.Component;
import org.springframework.transaction.TransactionException;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionOperations;

/** The settings of all tunnels, in memory for the data plane, which cannot ask the database. */
@Component
class StoredSettings implements SchedulingConfigurer {
    private static final Logger log = LoggerFactory.getLogger(StoredSettings.class);

    /** A change may be committed after one that carries a later time. */
    private static final Duration OVERLAP = Duration.ofSeconds(30);

    private final ConcurrentHashMap<UUID, InspectorSettings> known = new ConcurrentHashMap<>();
    private final JdbcClient jdbc;
    private final TransactionOperations transactions;
    private final InspectorProperties properties;
    private Instant seen = Instant.EPOCH;

    StoredSettings(JdbcClient jdbc, TransactionOperations transactions, InspectorProperties properties) {
        this.jdbc = jdbc;
        this.transactions = transactions;
        this.properties = properties;
    }

    @Override
    public void configureTasks(ScheduledTaskRegistrar registrar) {
        registrar.addFixedDelayTask(this::refresh, properties.settingsRefresh());
    }

    /** As this replica knows them; never blocks. */
    InspectorSettings of(UUID tunnelId) {
        return known.getOrDefault(tunnelId, InspectorSettings.DEFAULT);
    }

    /** As they are stored. */
    @Transactional(propagation = Propagation.MANDATORY, readOnly = true)
    public InspectorSettings stored(UUID tunnelId) {
        return jdbc.sql("SELECT enabled, bodies FROM inspectors WHERE tunnel_id = ?")
                .param(tunnelId)
                .query((row, _) -> new InspectorSettings(row.getBoolean("enabled"), row.getBoolean("bodies")))
                .optional()
                .orElse(InspectorSettings.DEFAULT);
    }

    @Transactional(propagation = Propagation.MANDATORY)
    public void store(UUID tunnelId, UUID tenantId, InspectorSettings settings) {
        jdbc.sql("""
                INSERT INTO inspectors (tunnel_id, tenant_id, enabled, bodies) VALUES (?, ?, ?, ?)
                ON CONFLICT (tunnel_id) DO UPDATE SET
                  enabled = excluded.enabled, bodies = excluded.bodies, updated_at = clock_timestamp()""")
                .params(tunnelId, tenantId, settings.enabled(), settings.bodies())
                .update();
    }

    /** Takes what was stored into the replica's memory at once. To be called after the commit. */
    void learn(UUID tunnelId, InspectorSettings settings) {
        known.put(tunnelId, settings);
    }

    synchronized void refresh() {
        try {
            TenantScope.runAsSystem(
                    "learn what inspectors keep", () -> transactions.executeWithoutResult(_ -> readChanges()));
        } catch (DataAccessException | TransactionException e) {
            log.atWarn().setCause(e).log("Settings of inspectors cannot be read now; the last ones known hold");
        }
    }

    private void readChanges() {
        Instant[] latest = {seen};
        jdbc.sql("SELECT tunnel_id, enabled, bodies, updated_at FROM inspectors WHERE updated_at > ?")
                .param(Timestamp.from(seen.equals(Instant.EPOCH) ? seen : seen.minus(OVERLAP)))
                .query(row -> {
                    learn(
                            row.getObject("tunnel_id", UUID.class),
                            new InspectorSettings(row.getBoolean("enabled"), row.getBoolean("bodies")));
                    Instant updated = Optional.ofNullable(row.getObject("updated_at", OffsetDateTime.class))
                            .map(OffsetDateTime::toInstant)
                            .orElse(Instant.EPOCH);
                    latest[0] = updated.isAfter(latest[0]) ? updated : latest[0];
                });
        seen = latest[0];
    }
}
