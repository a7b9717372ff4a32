package dev.culvert.tunnel.share;

import dev.culvert.contracts.event.TunnelEvent.TunnelLinkCreated;
import dev.culvert.contracts.event.TunnelEvent.TunnelLinkRevoked;
import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.data.outbox.Outbox;
import dev.culvert.platform.paging.Page;
import dev.culvert.platform.paging.PageRequest;
import dev.culvert.platform.problem.ProblemException;
import dev.culvert.tunnel.access.AccessChanged;
import dev.culvert.tunnel.access.GrantQuotas;
import dev.culvert.tunnel.access.Quota;
import dev.culvert.tunnel.access.ShareTokens;
import dev.culvert.tunnel.access.Standing;
import dev.culvert.tunnel.access.TunnelRole;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.sql.Types;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** Links to a tunnel as its owner manages them (requirement R4.8a). In the scope of the tunnel's tenant. */
@Service
class Links {
    private static final String COLUMNS = """
            SELECT id, tunnel_id, role, description, created_by, created_at, expires_at, max_uses, uses, last_used_at,
            """ + GrantQuotas.COLUMNS + " FROM share_tokens ";

    private final JdbcClient jdbc;
    private final ShareTokens tokens;
    private final Shares shares;
    private final Outbox outbox;
    private final ApplicationEventPublisher changes;
    private final Clock clock;

    Links(
            JdbcClient jdbc,
            ShareTokens tokens,
            Shares shares,
            Outbox outbox,
            ApplicationEventPublisher changes,
            Clock clock) {
        this.jdbc = jdbc;
        this.tokens = tokens;
        this.shares = shares;
        this.outbox = outbox;
        this.changes = changes;
        this.clock = clock;
    }

    /** Makes a link; its secret is in this answer and nowhere else. */
    @Transactional
    ShareTokenResponse create(Standing tunnel, CreateShareTokenRequest request, UUID creator) {
        shares.lock(tunnel);
        Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
        int hours = Objects.requireNonNullElse(request.expiresInHours(), CreateShareTokenRequest.DEFAULT_HOURS);
        TunnelRole role = TunnelRole.granted(Objects.requireNonNullElse(request.permission(), "viewer"))
                .orElseThrow();
        Quota quota = Objects.requireNonNullElse(request.quota(), Quota.NONE);
        Instant ends = now.plus(Duration.ofHours(hours));
        UUID id = UUID.randomUUID();
        String secret = tokens.newSecret();
        jdbc.sql("""
                INSERT INTO share_tokens (id, tunnel_id, tenant_id, digest, role, description, created_by, created_at,
                  expires_at, max_uses, requests_per_day, requests_per_month, bytes_per_day, bytes_per_month)
                VALUES (:id, :tunnel, :tenant, :digest, :role, :description, :creator, :now, :ends, :maxUses,
                  :requestsPerDay, :requestsPerMonth, :bytesPerDay, :bytesPerMonth)""")
                .param("id", id)
                .param("tunnel", tunnel.tunnelId())
                .param("tenant", tunnel.tenantId())
                .param("digest", tokens.digest(secret))
                .param("role", role.wireName())
                .param("description", Objects.requireNonNullElse(request.description(), ""))
                .param("creator", creator)
                .param("now", Timestamp.from(now))
                .param("ends", Timestamp.from(ends))
                .param("maxUses", request.maxUses(), Types.INTEGER)
                .param("requestsPerDay", quota.requestsPerDay(), Types.BIGINT)
                .param("requestsPerMonth", quota.requestsPerMonth(), Types.BIGINT)
                .param("bytesPerDay", quota.bytesPerDay(), Types.BIGINT)
                .param("bytesPerMonth", quota.bytesPerMonth(), Types.BIGINT)
                .update();
        outbox.append(new TunnelLinkCreated(
                tunnel.tunnelId(), tunnel.ownerId(), tunnel.name(), id, role.wireName(), ends, request.maxUses()));
        return one(id).withSecret(secret);
    }

    private ShareTokenResponse one(UUID id) {
        return jdbc.sql(COLUMNS + "WHERE id = ?").param(id).query(Links::link).single();
    }

    /** Links of a tunnel, those that have expired or are used up included, latest first. */
    @Transactional(readOnly = true)
    Page<ShareTokenResponse> list(Standing tunnel, PageRequest page) {
        List<ShareTokenResponse> found = jdbc.sql(
                        COLUMNS + "WHERE tunnel_id = ? ORDER BY created_at DESC, id LIMIT ? OFFSET ?")
                .params(tunnel.tunnelId(), page.limit(), page.offset())
                .query(Links::link)
                .list();
        long total = jdbc.sql("SELECT count(*) FROM share_tokens WHERE tunnel_id = ?")
                .param(tunnel.tunnelId())
                .query(Long.class)
                .single();
        return Page.of(found, total, page);
    }

    /** Withdraws a link; requests that came by it are cut. */
    @Transactional
    void revoke(Standing tunnel, UUID id) {
        shares.lock(tunnel);
        int gone = jdbc.sql("DELETE FROM share_tokens WHERE tunnel_id = ? AND id = ?")
                .params(tunnel.tunnelId(), id)
                .update();
        if (gone == 0) {
            throw new ProblemException(ProblemCode.NOT_FOUND, "The tunnel has no such link.");
        }
        outbox.append(new TunnelLinkRevoked(tunnel.tunnelId(), tunnel.ownerId(), tunnel.name(), id));
        changes.publishEvent(AccessChanged.of(tunnel));
    }

    private static ShareTokenResponse link(ResultSet row, int number) throws SQLException {
        OffsetDateTime used = row.getObject("last_used_at", OffsetDateTime.class);
        return new ShareTokenResponse(
                row.getObject("id", UUID.class),
                row.getObject("tunnel_id", UUID.class),
                null,
                null,
                row.getString("role"),
                row.getString("description"),
                row.getObject("created_by", UUID.class),
                row.getObject("created_at", OffsetDateTime.class).toInstant(),
                row.getObject("expires_at", OffsetDateTime.class).toInstant(),
                row.getObject("max_uses", Integer.class),
                row.getInt("uses"),
                used == null ? null : used.toInstant(),
                GrantQuotas.state(row));
    }
}
