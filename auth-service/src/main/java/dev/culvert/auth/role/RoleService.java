package dev.culvert.auth.role;

import dev.culvert.auth.account.Account;
import dev.culvert.auth.account.Accounts;
import dev.culvert.auth.token.EndReason;
import dev.culvert.auth.token.Sessions;
import dev.culvert.contracts.event.AuthEvent;
import dev.culvert.contracts.identity.Role;
import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.contracts.problem.Violation;
import dev.culvert.data.outbox.Outbox;
import dev.culvert.data.tenant.TenantScope;
import dev.culvert.platform.caller.Caller;
import dev.culvert.platform.paging.Page;
import dev.culvert.platform.paging.PageRequest;
import dev.culvert.platform.problem.ProblemException;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Service;
import org.springframework.transaction.support.TransactionOperations;

/** Grants and revokes administrators' roles (requirements R2.3, AC11.1). Either ends the sessions of the person at once. */
@Service
class RoleService {
    private static final String REASON = "administrators give roles to people of any tenant";

    private final RoleGrants grants;
    private final Accounts accounts;
    private final Sessions sessions;
    private final Outbox outbox;
    private final TransactionOperations transactions;
    private final Clock clock;

    RoleService(
            RoleGrants grants,
            Accounts accounts,
            Sessions sessions,
            Outbox outbox,
            TransactionOperations transactions,
            Clock clock) {
        this.grants = grants;
        this.accounts = accounts;
        this.sessions = sessions;
        this.outbox = outbox;
        this.transactions = transactions;
        this.clock = clock;
    }

    Page<RoleGrant> list(RoleGrantFilter filter, PageRequest page) {
        return asSystem(() -> Page.of(grants.list(filter, page.limit(), page.offset()), grants.count(filter), page));
    }

    /**
     * Gives somebody a role.
     *
     * @throws ProblemException VALIDATION_ERROR for a role that follows the plan, USER_001, or ALREADY_EXISTS
     */
    RoleGrant grant(Caller caller, UUID accountId, Role role) {
        if (!role.administrator()) {
            throw new ProblemException(
                            ProblemCode.VALIDATION_ERROR,
                            "Only administrators' roles are granted; others follow the plan.")
                    .withViolations(List.of(new Violation("role", "follows the plan")));
        }
        return asSystem(() -> {
            Account account = accounts.find(accountId)
                    .orElseThrow(() -> new ProblemException(ProblemCode.USER_001, "There is no account with this id."));
            RoleGrant grant = new RoleGrant(
                    UUID.randomUUID(),
                    accountId,
                    role,
                    Optional.of(caller.userId()),
                    clock.instant(),
                    Optional.empty(),
                    Optional.empty());
            if (!grants.insert(grant, account)) {
                throw new ProblemException(ProblemCode.ALREADY_EXISTS, "This account has the role already.")
                        .withAlias("ROLE_ALREADY_HELD");
            }
            sessions.endAll(accountId, null, EndReason.ROLES_CHANGED);
            outbox.append(account.tenantId(), new AuthEvent.RoleGranted(accountId, role.wireName(), caller.userId()));
            return grant;
        });
    }

    /**
     * Takes a role away; a second time changes nothing.
     *
     * @throws ProblemException NOT_FOUND, or CONFLICT_STATE when nobody else would be left to grant roles
     */
    void revoke(Caller caller, UUID grantId) {
        asSystem(() -> {
            RoleGrant grant = grants.find(grantId)
                    .orElseThrow(() -> new ProblemException(ProblemCode.NOT_FOUND, "There is no grant with this id."));
            List<RoleGrant> holders = grants.lockActive(grant.role());
            if (holders.stream().noneMatch(holder -> holder.id().equals(grantId))) {
                return grant;
            }
            if (grant.role() == Role.SUPER_ADMIN && holders.size() == 1) {
                throw new ProblemException(
                                ProblemCode.CONFLICT_STATE,
                                "This is the last super_admin; grant the role to somebody else first.")
                        .withAlias("LAST_SUPER_ADMIN");
            }
            grants.revoke(grant, caller.userId(), clock.instant());
            sessions.endAll(grant.accountId(), null, EndReason.ROLES_CHANGED);
            outbox.append(
                    accounts.find(grant.accountId()).orElseThrow().tenantId(),
                    new AuthEvent.RoleRevoked(grant.accountId(), grant.role().wireName(), caller.userId()));
            return grant;
        });
    }

    /** The first administrator exists before this; several instances may do it at once. */
    @EventListener(ApplicationReadyEvent.class)
    void adoptWhatTheInstallationGave() {
        TenantScope.runAsSystem(
                REASON, () -> transactions.executeWithoutResult(_ -> grants.adoptUngranted(clock.instant())));
    }

    private <T> T asSystem(Supplier<T> work) {
        return TenantScope.callAsSystem(REASON, () -> transactions.execute(_ -> work.get()));
    }
}
