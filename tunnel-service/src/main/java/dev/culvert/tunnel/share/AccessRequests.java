package dev.culvert.tunnel.share;

import dev.culvert.contracts.event.TunnelEvent.TunnelAccessDecided;
import dev.culvert.contracts.event.TunnelEvent.TunnelAccessRequested;
import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.data.outbox.Outbox;
import dev.culvert.platform.caller.Caller;
import dev.culvert.platform.paging.Page;
import dev.culvert.platform.paging.PageRequest;
import dev.culvert.platform.problem.ProblemException;
import dev.culvert.tunnel.access.Quota;
import dev.culvert.tunnel.access.Standing;
import dev.culvert.tunnel.access.TunnelRole;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** People ask to be let in to tunnels, and who may share those decides (requirement P2.10.7). */
@Service
class AccessRequests {
    private static final Duration DECIDED_WITHIN = Duration.ofDays(7);
    private static final String PENDING = "pending";

    private static final String COLUMNS = """
            SELECT id, tunnel_id, requester_id, requester_tenant_id, requester_name, role, message, status, created_at,
              expires_at, decided_by, decided_at
            FROM access_requests
            """;

    private final JdbcClient jdbc;
    private final Shares shares;
    private final Outbox outbox;
    private final Clock clock;

    AccessRequests(JdbcClient jdbc, Shares shares, Outbox outbox, Clock clock) {
        this.jdbc = jdbc;
        this.shares = shares;
        this.outbox = outbox;
        this.clock = clock;
    }

    /** Asks. In the scope of the tunnel's tenant. */
    @Transactional
    AccessRequestResponse create(Standing tunnel, CreateAccessRequest request, Caller caller, String callerName) {
        if (tunnel.ownerId().equals(caller.userId())) {
            throw new ProblemException(ProblemCode.CONFLICT_STATE, "The tunnel is yours.");
        }
        shares.lock(tunnel);
        Instant now = now();
        boolean asked = jdbc.sql("""
                        SELECT EXISTS (SELECT FROM access_requests WHERE tunnel_id = ? AND requester_id = ?
                        AND status = 'pending' AND expires_at > ?)""")
                .params(tunnel.tunnelId(), caller.userId(), Timestamp.from(now))
                .query(Boolean.class)
                .single();
        if (asked) {
            throw new ProblemException(ProblemCode.ALREADY_EXISTS, "You have asked already; wait for the answer.");
        }
        UUID id = UUID.randomUUID();
        TunnelRole role = TunnelRole.granted(request.permission()).orElseThrow();
        jdbc.sql("""
                INSERT INTO access_requests (id, tunnel_id, tenant_id, requester_id, requester_tenant_id, requester_name,
                  role, message, status, created_at, expires_at)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'pending', ?, ?)""")
                .params(
                        id,
                        tunnel.tunnelId(),
                        tunnel.tenantId(),
                        caller.userId(),
                        caller.tenantId(),
                        callerName,
                        role.wireName(),
                        Objects.requireNonNullElse(request.message(), ""),
                        Timestamp.from(now),
                        Timestamp.from(now.plus(DECIDED_WITHIN)))
                .update();
        outbox.append(new TunnelAccessRequested(
                tunnel.tunnelId(), tunnel.ownerId(), tunnel.name(), id, caller.userId(), role.wireName()));
        return one(id).orElseThrow().response();
    }

    /** What a person asked for, latest first; row-level security shows them no other's. */
    @Transactional(readOnly = true)
    Page<AccessRequestResponse> of(Caller caller, PageRequest page) {
        return page("WHERE requester_id = ?", caller.userId(), page);
    }

    /** Requests for a tunnel, latest first. In the scope of the tunnel's tenant. */
    @Transactional(readOnly = true)
    Page<AccessRequestResponse> of(Standing tunnel, PageRequest page) {
        return page("WHERE tunnel_id = ?", tunnel.tunnelId(), page);
    }

    private Page<AccessRequestResponse> page(String which, UUID id, PageRequest page) {
        List<AccessRequestResponse> found = jdbc
                .sql(COLUMNS + which + " ORDER BY created_at DESC, id LIMIT ? OFFSET ?")
                .params(id, page.limit(), page.offset())
                .query(this::request)
                .list()
                .stream()
                .map(Asked::response)
                .toList();
        long total = jdbc.sql("SELECT count(*) FROM access_requests " + which)
                .param(id)
                .query(Long.class)
                .single();
        return Page.of(found, total, page);
    }

    /** Lets the person in. In the scope of the tunnel's tenant. */
    @Transactional
    AccessRequestResponse approve(Standing tunnel, UUID id, ApproveAccessRequest terms, UUID decider) {
        Asked asked = decide(tunnel, id, "approved", decider);
        TunnelRole role = TunnelRole.granted(Objects.requireNonNullElse(
                        terms.permission(), asked.response().permission()))
                .orElseThrow();
        Grantee grantee = Grantee.person(
                asked.response().requesterId(),
                asked.requesterTenantId(),
                asked.response().requesterName());
        Quota quota = Objects.requireNonNullElse(terms.quota(), Quota.NONE);
        shares.addOrRaise(tunnel, grantee, new Shares.Terms(role, terms.expiresAt(), quota), decider);
        return one(id).orElseThrow().response();
    }

    /** Does not let the person in. In the scope of the tunnel's tenant. */
    @Transactional
    AccessRequestResponse refuse(Standing tunnel, UUID id, UUID decider) {
        decide(tunnel, id, "refused", decider);
        return one(id).orElseThrow().response();
    }

    private Asked decide(Standing tunnel, UUID id, String status, UUID decider) {
        shares.lock(tunnel);
        Asked asked = one(id).filter(it -> it.response().tunnelId().equals(tunnel.tunnelId()))
                .orElseThrow(() -> new ProblemException(ProblemCode.NOT_FOUND, "The tunnel has no such request."));
        if (!asked.response().status().equals(PENDING)) {
            throw new ProblemException(
                    ProblemCode.CONFLICT_STATE,
                    "The request is " + asked.response().status() + ". Share the tunnel without it.");
        }
        jdbc.sql("UPDATE access_requests SET status = ?, decided_by = ?, decided_at = ? WHERE id = ?")
                .params(status, decider, Timestamp.from(now()), id)
                .update();
        TunnelAccessDecided decided = new TunnelAccessDecided(
                tunnel.tunnelId(),
                tunnel.ownerId(),
                tunnel.name(),
                id,
                asked.response().requesterId(),
                status.equals("approved"));
        outbox.append(tunnel.tenantId(), decided);
        if (!asked.requesterTenantId().equals(tunnel.tenantId())) {
            outbox.append(asked.requesterTenantId(), decided);
        }
        return asked;
    }

    private record Asked(AccessRequestResponse response, UUID requesterTenantId) {}

    private Optional<Asked> one(UUID id) {
        return jdbc.sql(COLUMNS + "WHERE id = ?").param(id).query(this::request).optional();
    }

    private Asked request(ResultSet row, int number) throws SQLException {
        OffsetDateTime decided = row.getObject("decided_at", OffsetDateTime.class);
        Instant expires = row.getObject("expires_at", OffsetDateTime.class).toInstant();
        String status = row.getString("status");
        return new Asked(
                new AccessRequestResponse(
                        row.getObject("id", UUID.class),
                        row.getObject("tunnel_id", UUID.class),
                        row.getObject("requester_id", UUID.class),
                        row.getString("requester_name"),
                        row.getString("role"),
                        row.getString("message"),
                        status.equals(PENDING) && !expires.isAfter(clock.instant()) ? "expired" : status,
                        row.getObject("created_at", OffsetDateTime.class).toInstant(),
                        expires,
                        row.getObject("decided_by", UUID.class),
                        decided == null ? null : decided.toInstant()),
                row.getObject("requester_tenant_id", UUID.class));
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }
}
