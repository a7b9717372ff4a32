package dev.culvert.tunnel.share;

import dev.culvert.contracts.event.TunnelEvent;
import dev.culvert.contracts.event.TunnelEvent.TunnelLinkRevoked;
import dev.culvert.contracts.event.TunnelEvent.TunnelShareChanged;
import dev.culvert.contracts.event.TunnelEvent.TunnelShareRevoked;
import dev.culvert.contracts.event.TunnelEvent.TunnelShared;
import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.contracts.problem.Violation;
import dev.culvert.data.outbox.Outbox;
import dev.culvert.platform.paging.Page;
import dev.culvert.platform.paging.PageRequest;
import dev.culvert.platform.problem.ProblemException;
import dev.culvert.tunnel.access.AccessChanged;
import dev.culvert.tunnel.access.GrantQuotas;
import dev.culvert.tunnel.access.Quota;
import dev.culvert.tunnel.access.Standing;
import dev.culvert.tunnel.access.TunnelAccess;
import dev.culvert.tunnel.access.TunnelRole;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.sql.Types;
import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/**
 * Shares of a tunnel with people and teams (requirements R4.8, P2.10.1). In the scope of the tunnel's tenant. Whoever gets or
 * loses a share is told in their own tenant too, for webhooks there (P2.10.10).
 */
@Service
class Shares {
    private static final String COLUMNS = """
            SELECT id, tunnel_id, grantee_user_id, grantee_tenant_id, grantee_name, role, created_by, created_at, expires_at,
            """ + GrantQuotas.COLUMNS + " FROM shares ";

    private final JdbcClient jdbc;
    private final Outbox outbox;
    private final ApplicationEventPublisher changes;
    private final Clock clock;

    Shares(JdbcClient jdbc, Outbox outbox, ApplicationEventPublisher changes, Clock clock) {
        this.jdbc = jdbc;
        this.outbox = outbox;
        this.changes = changes;
        this.clock = clock;
    }

    /** What a share allows, for how long and how much. */
    record Terms(TunnelRole role, @Nullable Instant expiresAt, Quota quota) {
        /**
         * Whether they are more than others: a better role is, and with an equal one what loses nothing and gains time or quota.
         * Longer but narrower terms are not, nor are those the other way round.
         */
        boolean raise(Terms held) {
            int more = role.compareTo(held.role);
            return more > 0 || (more == 0 && held.within(this) && !within(held));
        }

        private boolean within(Terms other) {
            boolean noLonger = other.expiresAt == null || (expiresAt != null && !expiresAt.isAfter(other.expiresAt));
            return noLonger && quota.within(other.quota);
        }

        private @Nullable OffsetDateTime endsAt() {
            return expiresAt == null ? null : expiresAt.atOffset(ZoneOffset.UTC);
        }

        /** Sets the parameters a statement names for the quota. */
        private JdbcClient.StatementSpec set(JdbcClient.StatementSpec statement) {
            return statement
                    .param("requestsPerDay", quota.requestsPerDay(), Types.BIGINT)
                    .param("requestsPerMonth", quota.requestsPerMonth(), Types.BIGINT)
                    .param("bytesPerDay", quota.bytesPerDay(), Types.BIGINT)
                    .param("bytesPerMonth", quota.bytesPerMonth(), Types.BIGINT);
        }
    }

    /** Shares a tunnel. The grantee has been looked up, and may be a guest of this tenant. */
    @Transactional
    ShareResponse add(Standing tunnel, Grantee grantee, Terms terms, UUID grantor) {
        Instant now = now();
        refuseSelf(tunnel, grantee, grantor);
        refuseEnded(terms.expiresAt(), now);
        lock(tunnel);
        jdbc.sql("DELETE FROM shares WHERE tunnel_id = ? AND expires_at <= ?")
                .params(tunnel.tunnelId(), Timestamp.from(now))
                .update();
        UUID id = UUID.randomUUID();
        if (insert(id, tunnel, grantee, terms, grantor, now) == 0) {
            throw new ProblemException(
                            ProblemCode.ALREADY_EXISTS,
                            "The tunnel is shared with them already. Change the permission of that share.")
                    .withAlias("SHARE_EXISTS");
        }
        tell(
                tunnel,
                grantee.tenantId(),
                new TunnelShared(
                        tunnel.tunnelId(),
                        tunnel.ownerId(),
                        tunnel.name(),
                        id,
                        grantee.userId().orElse(null),
                        grantee.teamId().orElse(null),
                        terms.role().wireName(),
                        terms.expiresAt()));
        changes.publishEvent(AccessChanged.of(tunnel));
        return one(tunnel, id).orElseThrow();
    }

    private int insert(UUID id, Standing tunnel, Grantee grantee, Terms terms, UUID grantor, Instant now) {
        return terms.set(jdbc.sql("""
                INSERT INTO shares (id, tunnel_id, tenant_id, grantee_user_id, grantee_tenant_id, home_tenant_id,
                  grantee_name, role, created_by, created_at, expires_at, requests_per_day, requests_per_month,
                  bytes_per_day, bytes_per_month)
                VALUES (:id, :tunnel, :tenant, :user, :team, :home, :name, :role, :grantor, :now, :ends, :requestsPerDay,
                  :requestsPerMonth, :bytesPerDay, :bytesPerMonth)
                ON CONFLICT DO NOTHING"""))
                .param("id", id)
                .param("tunnel", tunnel.tunnelId())
                .param("tenant", tunnel.tenantId())
                .param("user", grantee.userId().orElse(null), Types.OTHER)
                .param("team", grantee.teamId().orElse(null), Types.OTHER)
                .param("home", grantee.tenantId())
                .param("name", grantee.name())
                .param("role", terms.role().wireName())
                .param("grantor", grantor)
                .param("now", Timestamp.from(now))
                .param("ends", terms.endsAt(), Types.TIMESTAMP_WITH_TIMEZONE)
                .update();
    }

    private static void refuseSelf(Standing tunnel, Grantee grantee, UUID grantor) {
        if (grantee.userId()
                .filter(user -> user.equals(tunnel.ownerId()) || user.equals(grantor))
                .isPresent()) {
            throw new ProblemException(ProblemCode.VALIDATION_ERROR, "A tunnel is shared with others.")
                    .withViolations(List.of(new Violation("user", "is you or the owner")));
        }
    }

    /** Refuses an end that has passed. */
    static void refuseEnded(@Nullable Instant expiresAt, Instant now) {
        if (expiresAt != null && !expiresAt.isAfter(now)) {
            throw new ProblemException(ProblemCode.VALIDATION_ERROR, "Choose an end in the future.")
                    .withViolations(List.of(new Violation("expiresAt", "must be in the future")));
        }
    }

    /** Shares of a tunnel that hold, latest first. */
    @Transactional(readOnly = true)
    Page<ShareResponse> list(Standing tunnel, PageRequest page) {
        Timestamp now = Timestamp.from(now());
        String which = "WHERE tunnel_id = ? AND (expires_at IS NULL OR expires_at > ?)";
        List<ShareResponse> found = jdbc.sql(COLUMNS + which + " ORDER BY created_at DESC, id LIMIT ? OFFSET ?")
                .params(tunnel.tunnelId(), now, page.limit(), page.offset())
                .query(Shares::share)
                .list();
        long total = jdbc.sql("SELECT count(*) FROM shares " + which)
                .params(tunnel.tunnelId(), now)
                .query(Long.class)
                .single();
        return Page.of(found, total, page);
    }

    /** Gives a share other terms; not one's own, or an end would bind no administrator. */
    @Transactional
    ShareResponse change(Standing tunnel, UUID id, Terms terms, UUID changer) {
        Instant now = now();
        refuseEnded(terms.expiresAt(), now);
        lock(tunnel);
        ShareResponse before = one(tunnel, id)
                .filter(share -> share.expiresAt() == null || share.expiresAt().isAfter(now))
                .orElseThrow(Shares::unknownShare);
        if (changer.equals(before.userId())) {
            throw new ProblemException(ProblemCode.FORBIDDEN, "Nobody changes their own share. Ask the owner.");
        }
        UUID home = terms.set(jdbc.sql("""
                        UPDATE shares SET role = :role, expires_at = :ends, requests_per_day = :requestsPerDay,
                          requests_per_month = :requestsPerMonth, bytes_per_day = :bytesPerDay,
                          bytes_per_month = :bytesPerMonth
                        WHERE id = :id RETURNING home_tenant_id"""))
                .param("role", terms.role().wireName())
                .param("ends", terms.endsAt(), Types.TIMESTAMP_WITH_TIMEZONE)
                .param("id", id)
                .query((row, _) -> row.getObject("home_tenant_id", UUID.class))
                .single();
        boolean reduced = terms.role().compareTo(TunnelRole.ofWireName(before.permission())) < 0;
        tell(
                tunnel,
                home,
                new TunnelShareChanged(
                        tunnel.tunnelId(),
                        tunnel.ownerId(),
                        tunnel.name(),
                        id,
                        before.userId(),
                        before.teamId(),
                        terms.role().wireName(),
                        terms.expiresAt(),
                        reduced));
        changes.publishEvent(AccessChanged.ofShare(
                tunnel.tunnelId(),
                tunnel.ownerId(),
                Optional.ofNullable(before.userId()),
                terms.role(),
                Optional.ofNullable(terms.expiresAt()),
                reduced));
        return one(tunnel, id).orElseThrow();
    }

    /** Shares a tunnel, or raises what the grantee has already. */
    @Transactional
    ShareResponse addOrRaise(Standing tunnel, Grantee grantee, Terms terms, UUID grantor) {
        lock(tunnel);
        Optional<ShareResponse> held = jdbc.sql(COLUMNS + """
                        WHERE tunnel_id = ? AND grantee_user_id = ? AND (expires_at IS NULL OR expires_at > ?)""")
                .params(tunnel.tunnelId(), grantee.userId().orElseThrow(), Timestamp.from(now()))
                .query(Shares::share)
                .optional();
        if (held.isEmpty()) {
            return add(tunnel, grantee, terms, grantor);
        }
        ShareResponse share = held.get();
        Terms before = new Terms(
                TunnelRole.ofWireName(share.permission()),
                share.expiresAt(),
                share.quota().limits());
        return terms.raise(before) ? change(tunnel, share.id(), terms, grantor) : share;
    }

    /** Ends a share, named by its own id or by that of the person or team; links that the person made go with it. */
    @Transactional
    void revoke(Standing tunnel, UUID shareOrGrantee) {
        lock(tunnel);
        var ended = jdbc.sql("""
                        DELETE FROM shares WHERE tunnel_id = :tunnel
                        AND (id = :id OR grantee_user_id = :id OR grantee_tenant_id = :id)
                        RETURNING id, grantee_user_id, grantee_tenant_id, home_tenant_id""")
                .param("tunnel", tunnel.tunnelId())
                .param("id", shareOrGrantee)
                .query((row, _) -> new Ended(
                        row.getObject("id", UUID.class),
                        row.getObject("grantee_user_id", UUID.class),
                        row.getObject("grantee_tenant_id", UUID.class),
                        row.getObject("home_tenant_id", UUID.class)))
                .list();
        if (ended.isEmpty()) {
            throw unknownShare();
        }
        ended.forEach(share -> {
            tell(
                    tunnel,
                    share.home(),
                    new TunnelShareRevoked(
                            tunnel.tunnelId(),
                            tunnel.ownerId(),
                            tunnel.name(),
                            share.id(),
                            share.userId(),
                            share.teamId()));
            endLinksOf(tunnel, share.userId());
            changes.publishEvent(new AccessChanged.NoLongerServed(
                    tunnel.tunnelId(), tunnel.ownerId(), Optional.ofNullable(share.userId())));
        });
    }

    /** Whoever made a link knows its secret, and would come back by it. */
    private void endLinksOf(Standing tunnel, @Nullable UUID person) {
        if (person == null) {
            return;
        }
        jdbc.sql("DELETE FROM share_tokens WHERE tunnel_id = ? AND created_by = ? RETURNING id")
                .params(tunnel.tunnelId(), person)
                .query((row, _) -> row.getObject("id", UUID.class))
                .list()
                .forEach(link -> outbox.append(
                        tunnel.tenantId(),
                        new TunnelLinkRevoked(tunnel.tunnelId(), tunnel.ownerId(), tunnel.name(), link)));
    }

    private record Ended(
            UUID id, @Nullable UUID userId, @Nullable UUID teamId, UUID home) {}

    /** Appends an event for the owner's tenant, and for that of whom it concerns. */
    private void tell(Standing tunnel, UUID concerned, TunnelEvent event) {
        outbox.append(tunnel.tenantId(), event);
        if (!concerned.equals(tunnel.tenantId())) {
            outbox.append(concerned, event);
        }
    }

    /**
     * Events of one tunnel keep their order because its changes wait for each other here. Whoever has waited for a hand-over finds
     * no tunnel of the old owner any more.
     */
    @Transactional(propagation = Propagation.MANDATORY)
    void lock(Standing tunnel) {
        Optional<UUID> locked = jdbc.sql("SELECT id FROM tunnels WHERE id = ? AND user_id = ? FOR UPDATE")
                .params(tunnel.tunnelId(), tunnel.ownerId())
                .query((row, _) -> row.getObject("id", UUID.class))
                .optional();
        if (locked.isEmpty()) {
            throw TunnelAccess.notFound();
        }
    }

    private Optional<ShareResponse> one(Standing tunnel, UUID id) {
        return jdbc.sql(COLUMNS + "WHERE tunnel_id = ? AND id = ?")
                .params(tunnel.tunnelId(), id)
                .query(Shares::share)
                .optional();
    }

    private static ProblemException unknownShare() {
        return new ProblemException(ProblemCode.NOT_FOUND, "The tunnel has no such share.");
    }

    private static ShareResponse share(ResultSet row, int number) throws SQLException {
        OffsetDateTime ends = row.getObject("expires_at", OffsetDateTime.class);
        return new ShareResponse(
                row.getObject("id", UUID.class),
                row.getObject("tunnel_id", UUID.class),
                row.getObject("grantee_user_id", UUID.class),
                row.getObject("grantee_tenant_id", UUID.class),
                row.getString("grantee_name"),
                row.getString("role"),
                row.getObject("created_by", UUID.class),
                row.getObject("created_at", OffsetDateTime.class).toInstant(),
                ends == null ? null : ends.toInstant(),
                GrantQuotas.state(row));
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }
}
