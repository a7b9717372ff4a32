package dev.culvert.proxy.tunnel;

import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Optional;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/**
 * The tunnels that were told of. One that never was may be there all the same: nothing is claimed about it. What is told late or
 * twice changes nothing, because each row only goes forward in the time of its events.
 */
@Component
@Transactional(propagation = Propagation.MANDATORY)
public class KnownTunnels {
    /** How long the name of a deleted tunnel is known to lead nowhere. */
    private static final Duration DELETED_KEPT = Duration.ofDays(30);

    private final JdbcClient jdbc;

    KnownTunnels(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** Lets nobody else change what this tenant's names stand for, or which targets its proxies have, until the end. */
    public void hold(UUID tenantId) {
        jdbc.sql("SELECT pg_advisory_xact_lock(hashtextextended(?, 0))")
                .param("tunnels of " + tenantId)
                .query((_, _) -> true)
                .single();
    }

    /** The tunnel of a name as this user sees it: their own, else the tenant's oldest, else one that was deleted. */
    public Optional<TunnelState> find(UUID tenantId, UUID userId, String name) {
        return jdbc.sql("""
                        SELECT status, status_since FROM tunnels WHERE tenant_id = ? AND name = ?
                        ORDER BY status = 'deleted', user_id <> ?, first_told_at, id LIMIT 1""")
                .params(tenantId, name, userId)
                .query((row, _) -> new TunnelState(
                        row.getString("status"),
                        row.getObject("status_since", OffsetDateTime.class).toInstant()))
                .optional();
    }

    /** A name in a tenant. */
    record Place(UUID tenantId, String name) {}

    /**
     * A tunnel as an event tells of it.
     *
     * @param at when that happened
     */
    record Told(UUID id, UUID tenantId, UUID userId, String name, Instant at) {
        Place place() {
            return new Place(tenantId, name);
        }
    }

    /** Where the tunnel was until now; empty for one that is new. */
    Optional<Place> placeOf(UUID tunnelId) {
        return jdbc.sql("SELECT tenant_id, name FROM tunnels WHERE id = ?")
                .param(tunnelId)
                .query((row, _) -> new Place(row.getObject("tenant_id", UUID.class), row.getString("name")))
                .optional();
    }

    /** Notes the status of a tunnel, with its name and owner; false if something later is known. */
    boolean note(Told told, String status) {
        Timestamp at = Timestamp.from(told.at());
        return jdbc.sql("""
                INSERT INTO tunnels (id, tenant_id, user_id, name, status, status_since, first_told_at, told_at)
                VALUES (:id, :tenant, :user, :name, :status, :at, :at, :at)
                ON CONFLICT (id) DO UPDATE SET tenant_id = excluded.tenant_id, user_id = excluded.user_id,
                  name = excluded.name, status = excluded.status, told_at = excluded.told_at,
                  status_since = CASE WHEN tunnels.status = excluded.status THEN tunnels.status_since ELSE excluded.told_at END
                WHERE tunnels.told_at <= excluded.told_at AND tunnels.status <> 'deleted'""")
                        .param("id", told.id())
                        .param("tenant", told.tenantId())
                        .param("user", told.userId())
                        .param("name", told.name())
                        .param("status", status)
                        .param("at", at)
                        .update()
                == 1;
    }

    /** Notes the name and owner of a tunnel whose status is known; false if it is not, or something later is. */
    boolean rename(Told told) {
        return jdbc.sql("""
                UPDATE tunnels SET tenant_id = ?, user_id = ?, name = ?, told_at = ?
                WHERE id = ? AND told_at <= ? AND status <> 'deleted'""")
                        .params(
                                told.tenantId(),
                                told.userId(),
                                told.name(),
                                Timestamp.from(told.at()),
                                told.id(),
                                Timestamp.from(told.at()))
                        .update()
                == 1;
    }

    /** Forgets tunnels that were deleted long ago. */
    void forgetDeleted(Instant now) {
        jdbc.sql("DELETE FROM tunnels WHERE status = 'deleted' AND told_at < ?")
                .param(Timestamp.from(now.minus(DELETED_KEPT)))
                .update();
    }
}
