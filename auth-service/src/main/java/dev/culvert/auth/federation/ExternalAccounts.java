package dev.culvert.auth.federation;

import dev.culvert.auth.account.Account;
import dev.culvert.auth.account.Accounts;
import dev.culvert.auth.account.Credentials;
import dev.culvert.auth.account.ExternalRegistration;
import dev.culvert.auth.audit.AuditEvent;
import dev.culvert.auth.audit.AuditSeverity;
import dev.culvert.auth.audit.AuditTrail;
import dev.culvert.auth.audit.AuditType;
import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.data.tenant.TenantScope;
import dev.culvert.platform.problem.ProblemException;
import java.time.Clock;
import java.util.Optional;
import org.springframework.stereotype.Service;
import org.springframework.transaction.support.TransactionOperations;

/**
 * The account of somebody a provider knows: by issuer and subject (requirement X-1). A mail address leads to an existing
 * account only where the operator allows it, both sides have proven it, and the account is no administrator's.
 */
@Service
class ExternalAccounts {
    private static final String REASON = "somebody another issuer knows is found before the tenant is known";

    private final ExternalIdentities identities;
    private final Accounts accounts;
    private final ExternalRegistration registration;
    private final AuditTrail audit;
    private final TransactionOperations transactions;
    private final Clock clock;

    ExternalAccounts(
            ExternalIdentities identities,
            Accounts accounts,
            ExternalRegistration registration,
            AuditTrail audit,
            TransactionOperations transactions,
            Clock clock) {
        this.identities = identities;
        this.accounts = accounts;
        this.registration = registration;
        this.audit = audit;
        this.transactions = transactions;
        this.clock = clock;
    }

    /**
     * The account, made or linked at first use where the issuer's settings say so.
     *
     * @throws ProblemException FORBIDDEN when there is none and none may be made
     */
    Account of(ExternalIssuer issuer, ExternalPerson person) {
        return TenantScope.callAsSystem(
                REASON, () -> transactions.execute(_ -> find(person).orElseGet(() -> firstUse(issuer, person))));
    }

    private Optional<Account> find(ExternalPerson person) {
        return identities.findAccount(person).flatMap(accounts::find);
    }

    private Account firstUse(ExternalIssuer issuer, ExternalPerson person) {
        identities.lock(person);
        return find(person).orElseGet(() -> {
            Optional<Account> sameAddress =
                    person.email().flatMap(accounts::findCredentials).map(Credentials::account);
            Account account =
                    sameAddress.map(existing -> linkable(issuer, existing)).orElseGet(() -> create(issuer, person));
            identities.link(person, account, clock.instant());
            String result = sameAddress.isPresent() ? "external_identity_linked" : "external_account_created";
            audit.record(AuditEvent.of(AuditType.LOGIN, AuditSeverity.INFO, result)
                    .attemptedAs(issuer.id() + ":" + person.subject())
                    .about(account.tenantId(), account.id()));
            return account;
        });
    }

    private static Account linkable(ExternalIssuer issuer, Account account) {
        if (issuer.linkByEmail() && account.emailVerified() && !account.administrator()) {
            return account;
        }
        throw new ProblemException(
                        ProblemCode.FORBIDDEN,
                        "An account with this mail address exists already; sign in to it as before.")
                .withAlias("EXTERNAL_ACCOUNT_NOT_LINKED");
    }

    private Account create(ExternalIssuer issuer, ExternalPerson person) {
        if (!issuer.createAccounts()) {
            throw new ProblemException(
                            ProblemCode.FORBIDDEN, "You have no account here, and your provider does not make one.")
                    .withAlias("EXTERNAL_ACCOUNT_NOT_LINKED");
        }
        return registration.register(person.username(), person.email());
    }
}
