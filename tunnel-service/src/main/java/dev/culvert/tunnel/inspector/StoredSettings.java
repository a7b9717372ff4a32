package dev.culvert.tunnel.inspector;

import dev.culvert.data.tenant.TenantScope;
import dev.culvert.tunnel.access.AccessChanged;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.event.EventListener;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.scheduling.annotation.SchedulingConfigurer;
import org.springframework.scheduling.config.ScheduledTaskRegistrar;
import org.springframework.stereotype.Component;
import org.springframework.transaction.TransactionException;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.event.TransactionalEventListener;
import org.springframework.transaction.support.TransactionOperations;

/**
 * The settings of all tunnels, in memory for the data plane, which cannot ask the database. With them every replica learns
 * whose requests are to be forgotten.
 */
@Component
class StoredSettings implements SchedulingConfigurer {
    private static final Logger log = LoggerFactory.getLogger(StoredSettings.class);

    /** A change may be committed after one that carries a later time. */
    private static final Duration OVERLAP = Duration.ofSeconds(30);

    private static final String COLUMNS = "enabled, bodies, updated_at, cleared_at";

    private final ConcurrentHashMap<UUID, Stored> known = new ConcurrentHashMap<>();
    private final JdbcClient jdbc;
    private final TransactionOperations transactions;
    private final InspectorProperties properties;
    private volatile Consumer<UUID> whenCleared = _ -> {};
    private Instant seen = Instant.EPOCH;

    /** A row: the settings, when they were stored, and since when nothing older is to be kept. */
    record Stored(InspectorSettings settings, Instant updatedAt, Optional<Instant> clearedAt) {}

    StoredSettings(JdbcClient jdbc, TransactionOperations transactions, InspectorProperties properties) {
        this.jdbc = jdbc;
        this.transactions = transactions;
        this.properties = properties;
    }

    @Override
    public void configureTasks(ScheduledTaskRegistrar registrar) {
        registrar.addFixedDelayTask(this::refresh, properties.settingsRefresh());
    }

    /** Sets who forgets what this replica has kept of a tunnel. */
    void onCleared(Consumer<UUID> forget) {
        whenCleared = forget;
    }

    /** As this replica knows them; never blocks. */
    InspectorSettings of(UUID tunnelId) {
        Stored stored = known.get(tunnelId);
        return stored == null ? InspectorSettings.DEFAULT : stored.settings();
    }

    /** As they are stored. */
    @Transactional(propagation = Propagation.MANDATORY, readOnly = true)
    public Optional<Stored> row(UUID tunnelId) {
        return jdbc.sql("SELECT " + COLUMNS + " FROM inspectors WHERE tunnel_id = ?")
                .param(tunnelId)
                .query((row, _) -> stored(row))
                .optional();
    }

    /** Stores what is wanted from now on; switching off also forgets what there is. */
    @Transactional(propagation = Propagation.MANDATORY)
    public Stored store(UUID tunnelId, UUID tenantId, InspectorSettings settings) {
        return jdbc.sql("""
                INSERT INTO inspectors AS known (tunnel_id, tenant_id, enabled, bodies, updated_at, cleared_at)
                VALUES (:tunnel, :tenant, :enabled, :bodies, clock_timestamp(),
                  CASE WHEN NOT :enabled THEN clock_timestamp() END)
                ON CONFLICT (tunnel_id) DO UPDATE SET
                  enabled = excluded.enabled, bodies = excluded.bodies, updated_at = clock_timestamp(),
                  cleared_at = coalesce(excluded.cleared_at, known.cleared_at)
                RETURNING\s""" + COLUMNS)
                .param("tunnel", tunnelId)
                .param("tenant", tenantId)
                .param("enabled", settings.enabled())
                .param("bodies", settings.bodies())
                .query((row, _) -> stored(row))
                .single();
    }

    /** Has every replica forget what it keeps of a tunnel until now. */
    @Transactional(propagation = Propagation.MANDATORY)
    public Stored clear(UUID tunnelId, UUID tenantId) {
        return jdbc.sql("""
                INSERT INTO inspectors (tunnel_id, tenant_id, enabled, bodies, updated_at, cleared_at)
                VALUES (:tunnel, :tenant, :enabled, :bodies, clock_timestamp(), clock_timestamp())
                ON CONFLICT (tunnel_id) DO UPDATE SET updated_at = clock_timestamp(), cleared_at = clock_timestamp()
                RETURNING\s""" + COLUMNS)
                .param("tunnel", tunnelId)
                .param("tenant", tenantId)
                .param("enabled", InspectorSettings.DEFAULT.enabled())
                .param("bodies", InspectorSettings.DEFAULT.bodies())
                .query((row, _) -> stored(row))
                .single();
    }

    /** Whoever gets a tunnel decides anew what is kept of it, and sees nothing of what went through it before. */
    @EventListener
    @Transactional(propagation = Propagation.MANDATORY)
    public void reset(AccessChanged.HandedOver over) {
        jdbc.sql("""
                INSERT INTO inspectors (tunnel_id, tenant_id, enabled, bodies, updated_at, cleared_at)
                SELECT id, tenant_id, :enabled, :bodies, clock_timestamp(), clock_timestamp() FROM tunnels WHERE id = :tunnel
                ON CONFLICT (tunnel_id) DO UPDATE SET
                  tenant_id = excluded.tenant_id, enabled = excluded.enabled, bodies = excluded.bodies,
                  updated_at = excluded.updated_at, cleared_at = excluded.cleared_at""")
                .param("enabled", InspectorSettings.DEFAULT.enabled())
                .param("bodies", InspectorSettings.DEFAULT.bodies())
                .param("tunnel", over.tunnelId())
                .update();
    }

    /** Here at once, on the other replicas when they read the row. */
    @TransactionalEventListener
    public void forget(AccessChanged.HandedOver over) {
        whenCleared.accept(over.tunnelId());
    }

    /**
     * Takes what was stored into the replica's memory, unless it knows of something later, and forgets what is to be
     * forgotten. Only for what has been committed.
     */
    void learn(UUID tunnelId, Stored stored) {
        Stored before = known.get(tunnelId);
        known.merge(tunnelId, stored, (one, other) -> one.updatedAt().isAfter(other.updatedAt()) ? one : other);
        if (stored.clearedAt().isPresent() && (before == null || isLater(stored, before))) {
            whenCleared.accept(tunnelId);
        }
    }

    private static boolean isLater(Stored stored, Stored before) {
        return before.clearedAt().isEmpty()
                || stored.clearedAt().orElseThrow().isAfter(before.clearedAt().get());
    }

    private static Stored stored(ResultSet row) throws SQLException {
        OffsetDateTime cleared = row.getObject("cleared_at", OffsetDateTime.class);
        return new Stored(
                new InspectorSettings(row.getBoolean("enabled"), row.getBoolean("bodies")),
                row.getObject("updated_at", OffsetDateTime.class).toInstant(),
                Optional.ofNullable(cleared).map(OffsetDateTime::toInstant));
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
        jdbc.sql("SELECT tunnel_id, " + COLUMNS + " FROM inspectors WHERE updated_at > ?")
                .param(Timestamp.from(seen.equals(Instant.EPOCH) ? seen : seen.minus(OVERLAP)))
                .query(row -> {
                    Stored stored = stored(row);
                    learn(row.getObject("tunnel_id", UUID.class), stored);
                    latest[0] = stored.updatedAt().isAfter(latest[0]) ? stored.updatedAt() : latest[0];
                });
        seen = latest[0];
    }
}
