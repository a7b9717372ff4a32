package dev.culvert.tunnel.share;

import dev.culvert.contracts.event.TunnelEvent;
import dev.culvert.contracts.event.TunnelEvent.TunnelTransferEnded;
import dev.culvert.contracts.event.TunnelEvent.TunnelTransferOffered;
import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.contracts.problem.Violation;
import dev.culvert.data.outbox.Outbox;
import dev.culvert.platform.caller.Caller;
import dev.culvert.platform.paging.Page;
import dev.culvert.platform.paging.PageRequest;
import dev.culvert.platform.problem.ProblemException;
import dev.culvert.tunnel.access.Standing;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/** Offers of tunnels to new owners (requirement X-15), one for each tunnel at a time. {@link HandOver} is what taking one does. */
@Service
class Transfers {
    private static final Duration TAKEN_WITHIN = Duration.ofDays(7);

    private static final String COLUMNS = """
            SELECT id, tunnel_id, tenant_id, tunnel_name, owner_id, receiver_id, receiver_tenant_id, receiver_name,
              created_at, expires_at
            FROM tunnel_transfers
            """;

    private final JdbcClient jdbc;
    private final Shares shares;
    private final Outbox outbox;
    private final Clock clock;

    Transfers(JdbcClient jdbc, Shares shares, Outbox outbox, Clock clock) {
        this.jdbc = jdbc;
        this.shares = shares;
        this.outbox = outbox;
        this.clock = clock;
    }

    /**
     * An offer and the tenants of both sides.
     *
     * @param tenantId of the tunnel
     */
    record Offer(TransferResponse response, UUID tenantId, UUID receiverTenantId) {}

    /** Offers a tunnel, in place of an offer that has expired. In the scope of the tunnel's tenant. */
    @Transactional
    TransferResponse create(Standing tunnel, Grantee receiver) {
        UUID receiverId = receiver.userId().orElseThrow();
        if (receiverId.equals(tunnel.ownerId())) {
            throw new ProblemException(ProblemCode.VALIDATION_ERROR, "The tunnel is yours already.")
                    .withViolations(List.of(new Violation("user", "is the owner")));
        }
        shares.lock(tunnel);
        Instant now = now();
        jdbc.sql("DELETE FROM tunnel_transfers WHERE tunnel_id = ? AND expires_at <= ?")
                .params(tunnel.tunnelId(), Timestamp.from(now))
                .update();
        TransferResponse offer = new TransferResponse(
                UUID.randomUUID(),
                tunnel.tunnelId(),
                tunnel.name(),
                tunnel.ownerId(),
                receiverId,
                receiver.name(),
                now,
                now.plus(TAKEN_WITHIN));
        int made = jdbc.sql("""
                        INSERT INTO tunnel_transfers (id, tunnel_id, tenant_id, tunnel_name, owner_id, receiver_id,
                          receiver_tenant_id, receiver_name, created_at, expires_at)
                        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING""")
                .params(
                        offer.id(),
                        offer.tunnelId(),
                        tunnel.tenantId(),
                        offer.tunnelName(),
                        offer.ownerId(),
                        offer.receiverId(),
                        receiver.tenantId(),
                        offer.receiverName(),
                        Timestamp.from(offer.createdAt()),
                        Timestamp.from(offer.expiresAt()))
                .update();
        if (made == 0) {
            throw new ProblemException(
                    ProblemCode.ALREADY_EXISTS,
                    "The tunnel is offered to somebody already. Withdraw that offer first.");
        }
        tell(
                new Offer(offer, tunnel.tenantId(), receiver.tenantId()),
                new TunnelTransferOffered(
                        offer.tunnelId(),
                        offer.ownerId(),
                        offer.tunnelName(),
                        offer.id(),
                        offer.receiverId(),
                        offer.expiresAt()));
        return offer;
    }

    /** The offer of a tunnel that can be taken. In the scope of the tunnel's tenant. */
    @Transactional(readOnly = true)
    TransferResponse of(Standing tunnel) {
        return open(tunnel).map(Offer::response).orElseThrow(Transfers::none);
    }

    /** Takes an offer back. In the scope of the tunnel's tenant. */
    @Transactional
    void withdraw(Standing tunnel) {
        shares.lock(tunnel);
        end(open(tunnel).orElseThrow(Transfers::none), false);
    }

    private Optional<Offer> open(Standing tunnel) {
        return jdbc.sql(COLUMNS + "WHERE tunnel_id = ? AND expires_at > ?")
                .params(tunnel.tunnelId(), Timestamp.from(now()))
                .query(Transfers::offer)
                .optional();
    }

    /** What is offered to a person, latest first; row-level security shows them no other's. */
    @Transactional(readOnly = true)
    Page<TransferResponse> to(Caller caller, PageRequest page) {
        Timestamp now = Timestamp.from(now());
        String which = "WHERE receiver_id = ? AND expires_at > ?";
        List<TransferResponse> found = jdbc
                .sql(COLUMNS + which + " ORDER BY created_at DESC, id LIMIT ? OFFSET ?")
                .params(caller.userId(), now, page.limit(), page.offset())
                .query(Transfers::offer)
                .list()
                .stream()
                .map(Offer::response)
                .toList();
        long total = jdbc.sql("SELECT count(*) FROM tunnel_transfers " + which)
                .params(caller.userId(), now)
                .query(Long.class)
                .single();
        return Page.of(found, total, page);
    }

    /** Does not take what was offered. Needs the system scope. */
    @Transactional
    void refuse(UUID id, Caller caller) {
        end(require(id, caller), true);
    }

    /**
     * An offer that a person can take; it is locked, and its tunnel before it, as everybody does who changes one. Needs the
     * system scope.
     */
    @Transactional(propagation = Propagation.MANDATORY)
    Offer require(UUID id, Caller caller) {
        jdbc.sql("""
                        SELECT id FROM tunnels WHERE id IN (SELECT tunnel_id FROM tunnel_transfers WHERE id = ? AND receiver_id = ?)
                        FOR UPDATE""")
                .params(id, caller.userId())
                .query((row, _) -> row.getObject("id", UUID.class))
                .list();
        return jdbc.sql(COLUMNS
                        + "WHERE id = ? AND receiver_id = ? AND receiver_tenant_id = ? AND expires_at > ? FOR UPDATE")
                .params(id, caller.userId(), caller.tenantId(), Timestamp.from(now()))
                .query(Transfers::offer)
                .optional()
                .orElseThrow(Transfers::none);
    }

    /**
     * Removes an offer that has come to an end. Needs the system scope.
     *
     * @throws ProblemException NOT_FOUND when another end came first
     */
    @Transactional(propagation = Propagation.MANDATORY)
    void remove(Offer offer) {
        int removed = jdbc.sql("DELETE FROM tunnel_transfers WHERE id = ?")
                .param(offer.response().id())
                .update();
        if (removed == 0) {
            throw none();
        }
    }

    private void end(Offer offer, boolean refused) {
        remove(offer);
        TransferResponse ended = offer.response();
        tell(
                offer,
                new TunnelTransferEnded(
                        ended.tunnelId(),
                        ended.ownerId(),
                        ended.tunnelName(),
                        ended.id(),
                        ended.receiverId(),
                        refused));
    }

    /** Appends an event for the tenants of both sides. */
    @Transactional(propagation = Propagation.MANDATORY)
    void tell(Offer offer, TunnelEvent event) {
        outbox.append(offer.tenantId(), event);
        if (!offer.tenantId().equals(offer.receiverTenantId())) {
            outbox.append(offer.receiverTenantId(), event);
        }
    }

    private static ProblemException none() {
        return new ProblemException(
                ProblemCode.NOT_FOUND, "There is no such offer: it was taken, refused or withdrawn, or has expired.");
    }

    private static Offer offer(ResultSet row, int number) throws SQLException {
        return new Offer(
                new TransferResponse(
                        row.getObject("id", UUID.class),
                        row.getObject("tunnel_id", UUID.class),
                        row.getString("tunnel_name"),
                        row.getObject("owner_id", UUID.class),
                        row.getObject("receiver_id", UUID.class),
                        row.getString("receiver_name"),
                        row.getObject("created_at", OffsetDateTime.class).toInstant(),
                        row.getObject("expires_at", OffsetDateTime.class).toInstant()),
                row.getObject("tenant_id", UUID.class),
                row.getObject("receiver_tenant_id", UUID.class));
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }
}
