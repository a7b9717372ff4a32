package dev.culvert.tunnel.access;

import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.data.tenant.TenantScope;
import dev.culvert.platform.caller.Caller;
import dev.culvert.platform.problem.ProblemException;
import dev.culvert.tunnel.session.Grant;
import dev.culvert.tunnel.session.Guest;
import dev.culvert.tunnel.session.TunnelDirectory;
import dev.culvert.tunnel.session.Visit;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionOperations;

/** Says who may use which tunnel, over the stored rows. Every look-up reads them; the data plane keeps answers for a moment. */
@Component
class StoredTunnelDirectory implements TunnelDirectory {
    private final Standings standings;
    private final ShareTokens links;
    private final VisitorLogins logins;
    private final GrantQuotas quotas;
    private final ShareMeter meter;
    private final AccessLog log;
    private final TransactionOperations transactions;

    StoredTunnelDirectory(
            Standings standings,
            ShareTokens links,
            VisitorLogins logins,
            GrantQuotas quotas,
            ShareMeter meter,
            AccessLog log,
            TransactionOperations transactions) {
        this.standings = standings;
        this.links = links;
        this.logins = logins;
        this.quotas = quotas;
        this.meter = meter;
        this.log = log;
        this.transactions = transactions;
    }

    @Override
    public Resolution resolve(String name, Caller caller) {
        return TenantScope.call(
                        caller.tenantId(),
                        caller.userId(),
                        () -> inTransaction(() -> standings.named(name, caller.userId(), caller.tenantId())))
                .map(right -> right.tunnel().letIn(right.grant()))
                .or(() -> publicTunnel(name)
                        .filter(tunnel -> !tunnel.needsLogin())
                        .map(open -> open.tunnel().letIn(publicGrant())))
                .orElseGet(Resolution.Unknown::new);
    }

    @Override
    public Resolution.Found visit(Visit visit) {
        KnownTunnel tunnel;
        Grant grant;
        if (visit.shareToken().isPresent()) {
            ShareTokens.Shown link = asSystem(
                            "let the holder of a link in",
                            () -> links.show(visit.shareToken().get(), visit.tunnel()))
                    .orElseThrow(StoredTunnelDirectory::badLink);
            tunnel = link.tunnel();
            grant = link.grant();
        } else {
            OpenTunnel open = publicTunnel(visit.tunnel()).orElseThrow(StoredTunnelDirectory::credentialsMissing);
            open.login().ifPresent(login -> logins.require(login, visit.login()));
            tunnel = open.tunnel();
            grant = publicGrant();
        }
        if (tunnel.stopped()) {
            throw new ProblemException(ProblemCode.TUNNEL_STOPPED, "The tunnel is stopped. Try again later.")
                    .withAlias("TUNNEL_NOT_AVAILABLE");
        }
        return tunnel.found(grant);
    }

    /** A tunnel that is open to anybody, and the login it asks for. */
    private record OpenTunnel(KnownTunnel tunnel, Optional<VisitorLogins.Login> login) {
        boolean needsLogin() {
            return login.isPresent();
        }
    }

    private Optional<OpenTunnel> publicTunnel(String name) {
        return Standings.idIn(name)
                .flatMap(id -> asSystem(
                        "let a visitor in",
                        () -> standings.open(id).map(tunnel -> new OpenTunnel(tunnel, logins.of(id)))));
    }

    @Override
    public Grant charge(Resolution.Found found, Caller caller) {
        try {
            take(found.grant());
            return found.grant();
        } catch (ProblemException usedUp) {
            if (found.grant().kind() != Grant.Kind.SHARE || usedUp.code() != ProblemCode.QUOTA_EXCEEDED) {
                throw usedUp;
            }
            return another(found, caller).orElseThrow(() -> usedUp);
        }
    }

    private void take(Grant grant) {
        if (!grant.counted()) {
            return;
        }
        UUID id = grant.id().orElseThrow();
        if (grant.limited()) {
            meter.settle(id);
        }
        TenantScope.runAsSystem(
                "count a request by a share or link",
                () -> transactions.executeWithoutResult(_ -> {
                    if (grant.kind() == Grant.Kind.LINK && !links.use(id)) {
                        throw badLink();
                    }
                    if (grant.limited()) {
                        quotas.take(grant.kind(), id);
                    }
                }));
    }

    /** The best right beside the one that is used up that lets a request through. */
    private Optional<Grant> another(Resolution.Found found, Caller caller) {
        List<Grant> all = TenantScope.call(
                caller.tenantId(),
                caller.userId(),
                () -> inTransaction(
                                () -> Optional.of(standings.all(found.tunnelId(), caller.userId(), caller.tenantId())))
                        .orElseThrow());
        return Stream.concat(
                        all.stream(),
                        publicTunnel(found.tunnelId().toString())
                                .filter(tunnel -> !tunnel.needsLogin())
                                .map(_ -> publicGrant())
                                .stream())
                .filter(grant -> !grant.equals(found.grant()))
                .filter(this::letsThrough)
                .findFirst();
    }

    private boolean letsThrough(Grant grant) {
        try {
            take(grant);
            return true;
        } catch (ProblemException usedUpOrGone) {
            return false;
        }
    }

    /** Networks may have been closed meanwhile, too. */
    @Override
    public Optional<Grant> standing(Guest guest) {
        return right(guest)
                .filter(right -> right.tunnel().isOpenTo(guest.address()))
                .map(Standings.Right::grant);
    }

    private Optional<Standings.Right> right(Guest guest) {
        UUID tunnelId = guest.found().tunnelId();
        Grant grant = guest.found().grant();
        Caller caller = guest.caller();
        return switch (grant.kind()) {
            case OWNER, TENANT, SHARE ->
                TenantScope.call(
                        caller.tenantId(),
                        caller.userId(),
                        () -> inTransaction(() -> standings.of(tunnelId, caller.userId(), caller.tenantId())));
            case LINK ->
                asSystem(
                        "ask whether a link still holds",
                        () -> grant.id()
                                .filter(links::holds)
                                .flatMap(_ -> standings.any(tunnelId))
                                .map(tunnel -> new Standings.Right(tunnel, grant)));
            case PUBLIC ->
                asSystem(
                        "ask whether a tunnel is public",
                        () -> standings.open(tunnelId).map(tunnel -> new Standings.Right(tunnel, grant)));
        };
    }

    @Override
    public void entered(Guest guest) {
        log.used(guest);
    }

    private <T> Optional<T> asSystem(String reason, Supplier<Optional<T>> question) {
        return TenantScope.callAsSystem(reason, () -> inTransaction(question));
    }

    private <T> Optional<T> inTransaction(Supplier<Optional<T>> question) {
        Optional<T> answer = transactions.execute(_ -> question.get());
        return answer == null ? Optional.empty() : answer;
    }

    private static Grant publicGrant() {
        return Standings.grant(Grant.Kind.PUBLIC, TunnelRole.VIEWER);
    }

    private static ProblemException badLink() {
        return new ProblemException(
                ProblemCode.AUTH_TOKEN_INVALID,
                "The link is not for this tunnel, has expired, is used up or was withdrawn. Ask for a new one.");
    }

    private static ProblemException credentialsMissing() {
        return new ProblemException(
                ProblemCode.AUTH_TOKEN_MISSING, "Send an access token or API key in the Authorization header.");
    }
}
