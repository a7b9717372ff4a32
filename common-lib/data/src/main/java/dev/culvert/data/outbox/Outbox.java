package dev.culvert.data.outbox;

import dev.culvert.contracts.event.DomainEvent;
import dev.culvert.contracts.event.EventType;
import dev.culvert.data.tenant.TenantIdentity;
import java.nio.charset.StandardCharsets;
import java.sql.Timestamp;
import java.time.Clock;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import tools.jackson.databind.json.JsonMapper;

/**
 * Takes events inside the transaction that makes them true. They reach Kafka at least once, and those of one subject in the
 * order of their appends, provided that transactions on one subject wait for each other, as they do on its row.
 */
public final class Outbox {
    /** Below what brokers and producers accept by default, with room for headers. */
    private static final int MAX_DATA_BYTES = 900_000;

    /** Not the service's own mapper: its settings must not change what is on the wire. */
    private static final JsonMapper JSON = JsonMapper.shared();

    private static final String INSERT = """
            INSERT INTO outbox (event_id, type, topic, subject, occurred_at, tenant_id, actor_id, correlation_id, traceparent, data)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""";

    private final JdbcTemplate jdbc;
    private final Clock clock;
    private final TenantIdentity identity;
    private final CauseContext cause;
    private final Runnable wakeRelay;

    Outbox(JdbcTemplate jdbc, Clock clock, TenantIdentity identity, CauseContext cause, Runnable wakeRelay) {
        this.jdbc = jdbc;
        this.clock = clock;
        this.identity = identity;
        this.cause = cause;
        this.wakeRelay = wakeRelay;
    }

    /**
     * Appends an event of the tenant the transaction works for.
     *
     * @throws IllegalStateException without a transaction or without a tenant
     */
    public void append(DomainEvent event) {
        UUID tenantId = identity.tenantId()
                .orElseThrow(() -> new IllegalStateException(
                        "No tenant here: name it with append(tenantId, event), or use appendForPlatform(event)"));
        insert(tenantId, event);
    }

    /** Appends an event of a tenant, e.g. from a job of the system scope. */
    public void append(UUID tenantId, DomainEvent event) {
        insert(tenantId, event);
    }

    /** Appends an event that belongs to no tenant. */
    public void appendForPlatform(DomainEvent event) {
        insert(null, event);
    }

    private void insert(@Nullable UUID tenantId, DomainEvent event) {
        if (!TransactionSynchronizationManager.isActualTransactionActive()) {
            throw new IllegalStateException("An event needs the transaction of the change it tells of");
        }
        String data = JSON.writeValueAsString(event);
        if (data.getBytes(StandardCharsets.UTF_8).length > MAX_DATA_BYTES) {
            throw new IllegalArgumentException("Event is larger than " + MAX_DATA_BYTES + " bytes: "
                    + event.getClass().getSimpleName());
        }
        EventType type = EventType.of(event);
        jdbc.update(
                INSERT,
                UUID.randomUUID(),
                type.cloudEventsType(),
                type.topic(),
                event.subject(),
                Timestamp.from(clock.instant()),
                tenantId,
                orNull(identity.userId()),
                orNull(cause.correlationId()),
                orNull(cause.traceparent()),
                data);
        wakeRelayAfterCommit();
    }

    private void wakeRelayAfterCommit() {
        TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {
            @Override
            public void afterCommit() {
                wakeRelay.run();
            }
        });
    }

    private static <T> @Nullable T orNull(Optional<T> value) {
        return value.orElse(null);
    }
}
