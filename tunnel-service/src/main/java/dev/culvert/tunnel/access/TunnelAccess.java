package dev.culvert.tunnel.access;

import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.data.tenant.TenantScope;
import dev.culvert.platform.caller.Caller;
import dev.culvert.platform.problem.ProblemException;
import dev.culvert.tunnel.activity.CommandSource;
import dev.culvert.tunnel.session.Grant;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionOperations;

/**
 * The one way to a tunnel by its id. It decides with the caller's own eyes, that is within what row-level security shows
 * their tenant and them; only then does the work happen, in the tenant the tunnel belongs to.
 */
@Component
public class TunnelAccess {
    private final Standings standings;
    private final AccessLog log;
    private final TransactionOperations transactions;

    TunnelAccess(Standings standings, AccessLog log, TransactionOperations transactions) {
        this.standings = standings;
        this.log = log;
        this.transactions = transactions;
    }

    /**
     * A tunnel somebody else shares with the caller.
     *
     * @param status its wire name
     */
    public record SharedTunnel(Standing standing, String status, Optional<Instant> until) {}

    /**
     * Does something with a tunnel, if the caller may. Not inside a transaction: {@code work} begins its own, which then is
     * one of the tunnel's tenant.
     *
     * @throws ProblemException TUNNEL_001 if the caller may not even see the tunnel, FORBIDDEN if they may not do this
     */
    public <T> T call(
            UUID tunnelId, Caller caller, TunnelAction action, CommandSource source, Function<Standing, T> work) {
        Standing standing = require(tunnelId, caller, action);
        T done = TenantScope.call(standing.tenantId(), () -> work.apply(standing));
        if (!standing.own()) {
            log.did(standing, caller.userId(), action, source);
        }
        return done;
    }

    /** What a caller is to a tunnel, if that allows the action. */
    private Standing require(UUID tunnelId, Caller caller, TunnelAction action) {
        Optional<Standings.Right> found =
                transactions.execute(_ -> standings.of(tunnelId, caller.userId(), caller.tenantId()));
        Standings.Right right =
                (found == null ? Optional.<Standings.Right>empty() : found).orElseThrow(TunnelAccess::notFound);
        Standing standing = Standing.of(right.tunnel(), right.grant());
        if (!standing.role().allows(action.needs())) {
            throw new ProblemException(
                    ProblemCode.FORBIDDEN,
                    "You are " + standing.role().wireName() + " of this tunnel; this needs the permission "
                            + action.needs().wireName() + ".");
        }
        return standing;
    }

    /**
     * A tunnel as its owner stands to it, for what its tenant does when a stranger asks. Says nothing of the stranger's rights.
     * Begins a transaction of its own.
     */
    public Optional<Standing> asOwner(UUID tunnelId) {
        Optional<KnownTunnel> found = TenantScope.callAsSystem(
                "find the tenant of a tunnel somebody asks for",
                () -> transactions.execute(_ -> standings.any(tunnelId)));
        return (found == null ? Optional.<KnownTunnel>empty() : found).map(tunnel -> Standing.of(tunnel, Grant.OWNER));
    }

    /** Tunnels of others that are shared with the caller, latest share first. Begins a transaction of its own. */
    public List<SharedTunnel> sharedWith(Caller caller) {
        List<Standings.Right> rights =
                transactions.execute(_ -> standings.sharedWith(caller.userId(), caller.tenantId()));
        return (rights == null ? List.<Standings.Right>of() : rights)
                .stream()
                        .map(right -> new SharedTunnel(
                                Standing.of(right.tunnel(), right.grant()),
                                right.tunnel().status(),
                                right.grant().until()))
                        .toList();
    }

    /** The same answer for a tunnel that does not exist and for a stranger's. */
    public static ProblemException notFound() {
        return new ProblemException(
                        ProblemCode.TUNNEL_001,
                        "You have no tunnel of this id. GET /api/v1/tunnels lists yours, /shared-with-me those of others.")
                .withAlias("TUNNEL_NOT_FOUND");
    }
}
