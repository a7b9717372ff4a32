package dev.culvert.tunnel.share;

import dev.culvert.contracts.event.TunnelEvent.TunnelLinkRevoked;
import dev.culvert.contracts.event.TunnelEvent.TunnelShareRevoked;
import dev.culvert.contracts.event.TunnelEvent.TunnelTransferred;
import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.data.outbox.Outbox;
import dev.culvert.platform.caller.Caller;
import dev.culvert.platform.problem.ProblemException;
import dev.culvert.tunnel.access.AccessChanged;
import dev.culvert.tunnel.access.TunnelAccess;
import dev.culvert.tunnel.activity.Activity;
import dev.culvert.tunnel.activity.ActivityLog;
import dev.culvert.tunnel.activity.CommandSource;
import java.sql.Timestamp;
import java.sql.Types;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/**
 * Makes a tunnel the receiver's, who may be of another tenant. What belongs to the tunnel goes with it; what was measured stays
 * with the tenant that pays for it. Shares stay, as far as the new tenant has guests. Links and the login of visitors end,
 * since whoever made them knows their secrets, and so do all agents, which must ask anew.
 */
@Service
class HandOver {
    private final JdbcClient jdbc;
    private final Transfers transfers;
    private final Outbox outbox;
    private final ActivityLog activity;
    private final ApplicationEventPublisher changes;
    private final Clock clock;

    HandOver(
            JdbcClient jdbc,
            Transfers transfers,
            Outbox outbox,
            ActivityLog activity,
            ApplicationEventPublisher changes,
            Clock clock) {
        this.jdbc = jdbc;
        this.transfers = transfers;
        this.outbox = outbox;
        this.activity = activity;
        this.changes = changes;
        this.clock = clock;
    }

    private record Taken(UUID id, UUID tenantId, String name, String status) {}

    private record EndedShare(
            UUID id, @Nullable UUID userId, @Nullable UUID teamId, UUID home) {}

    /**
     * Takes an offer. Needs the system scope.
     *
     * @param name the new name, if it is to have another
     * @param guests whether the receiver's tenant lets in people of other tenants
     */
    @Transactional
    TakenTunnelResponse take(
            UUID transferId, Optional<String> name, boolean guests, Caller caller, CommandSource source) {
        Transfers.Offer offer = transfers.require(transferId, caller);
        boolean outward = !offer.tenantId().equals(offer.receiverTenantId());
        Taken taken = become(offer, name, outward);
        transfers.remove(offer);
        if (outward) {
            moveWhatBelongsToIt(taken);
        }
        endShares(taken, offer, guests || !outward);
        endLinks(taken, offer);
        jdbc.sql("DELETE FROM visitor_logins WHERE tunnel_id = ?")
                .param(taken.id())
                .update();
        transfers.tell(
                offer,
                new TunnelTransferred(
                        taken.id(),
                        offer.response().receiverId(),
                        taken.name(),
                        offer.response().id(),
                        offer.response().ownerId()));
        activity.add(taken.id(), taken.tenantId(), entry(taken, offer, source));
        changes.publishEvent(new AccessChanged.HandedOver(taken.id()));
        return new TakenTunnelResponse(taken.id(), taken.name(), "/t/" + taken.id() + "/");
    }

    /**
     * In another tenant the tunnel is nobody's but the new owner's until they open it; and so is one that was open to whoever
     * knew the login that the old owner chose.
     */
    private Taken become(Transfers.Offer offer, Optional<String> name, boolean outward) {
        try {
            return jdbc.sql("""
                    UPDATE tunnels SET user_id = :receiver, tenant_id = :tenant, name = coalesce(:name, name),
                      visibility = CASE WHEN :outward
                          OR EXISTS (SELECT FROM visitor_logins v WHERE v.tunnel_id = tunnels.id)
                        THEN 'private' ELSE visibility END,
                      revision = revision + 1, updated_at = :now
                    WHERE id = :id AND user_id = :owner RETURNING id, tenant_id, name, status""")
                    .param("receiver", offer.response().receiverId())
                    .param("tenant", offer.receiverTenantId())
                    .param("name", name.orElse(null), Types.VARCHAR)
                    .param("outward", outward)
                    .param("now", Timestamp.from(now()))
                    .param("id", offer.response().tunnelId())
                    .param("owner", offer.response().ownerId())
                    .query((row, _) -> new Taken(
                            row.getObject("id", UUID.class),
                            row.getObject("tenant_id", UUID.class),
                            row.getString("name"),
                            row.getString("status").toLowerCase(Locale.ROOT)))
                    .optional()
                    .orElseThrow(TunnelAccess::notFound);
        } catch (DuplicateKeyException taken) {
            throw new ProblemException(
                            ProblemCode.ALREADY_EXISTS,
                            "You have a tunnel of this name already. Take this one under another: {\"name\": …}.")
                    .withAlias("TUNNEL_EXISTS");
        }
    }

    /** Every table whose rows go with the tunnel's; what outlives a tunnel is a ledger and stays where it is. */
    private void moveWhatBelongsToIt(Taken taken) {
        List<String> tables = jdbc.sql("""
                        SELECT DISTINCT k.conrelid::regclass::text FROM pg_constraint k
                        JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attname = 'tenant_id'
                        WHERE k.contype = 'f' AND k.confrelid = 'tunnels'::regclass ORDER BY 1""").query((row, _) -> row.getString(1)).list();
        tables.forEach(table -> jdbc.sql("UPDATE " + table + " SET tenant_id = ? WHERE tunnel_id = ?")
                .params(taken.tenantId(), taken.id())
                .update());
    }

    /** Of the receiver, who needs none any more, and of people from outside the tenant unless they may stay. */
    private void endShares(Taken taken, Transfers.Offer offer, boolean guestsStay) {
        jdbc.sql("DELETE FROM shares WHERE tunnel_id = ? AND grantee_user_id = ?")
                .params(taken.id(), offer.response().receiverId())
                .update();
        jdbc.sql("DELETE FROM access_requests WHERE tunnel_id = ? AND requester_id = ? AND status = 'pending'")
                .params(taken.id(), offer.response().receiverId())
                .update();
        if (guestsStay) {
            return;
        }
        jdbc.sql("DELETE FROM access_requests WHERE tunnel_id = ? AND requester_tenant_id <> ? AND status = 'pending'")
                .params(taken.id(), taken.tenantId())
                .update();
        jdbc.sql("""
                        DELETE FROM shares WHERE tunnel_id = ? AND home_tenant_id <> ?
                        RETURNING id, grantee_user_id, grantee_tenant_id, home_tenant_id""")
                .params(taken.id(), taken.tenantId())
                .query((row, _) -> new EndedShare(
                        row.getObject("id", UUID.class),
                        row.getObject("grantee_user_id", UUID.class),
                        row.getObject("grantee_tenant_id", UUID.class),
                        row.getObject("home_tenant_id", UUID.class)))
                .list()
                .forEach(share -> {
                    TunnelShareRevoked ended = new TunnelShareRevoked(
                            taken.id(),
                            offer.response().receiverId(),
                            taken.name(),
                            share.id(),
                            share.userId(),
                            share.teamId());
                    outbox.append(taken.tenantId(), ended);
                    outbox.append(share.home(), ended);
                });
    }

    private void endLinks(Taken taken, Transfers.Offer offer) {
        jdbc.sql("DELETE FROM share_tokens WHERE tunnel_id = ? RETURNING id")
                .param(taken.id())
                .query((row, _) -> row.getObject("id", UUID.class))
                .list()
                .forEach(link -> outbox.append(
                        taken.tenantId(),
                        new TunnelLinkRevoked(taken.id(), offer.response().receiverId(), taken.name(), link)));
    }

    private Activity entry(Taken taken, Transfers.Offer offer, CommandSource source) {
        return new Activity(
                UUID.randomUUID(),
                offer.response().receiverId(),
                "transfer",
                taken.status(),
                "Taken over from " + offer.response().ownerId(),
                source.address(),
                source.agent(),
                now());
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }
}
