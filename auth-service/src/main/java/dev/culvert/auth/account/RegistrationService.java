package dev.culvert.auth.account;

import dev.culvert.contracts.event.AuthEvent;
import dev.culvert.contracts.identity.Role;
import dev.culvert.contracts.identity.Tier;
import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.contracts.problem.Violation;
import dev.culvert.data.outbox.Outbox;
import dev.culvert.data.tenant.TenantScope;
import dev.culvert.platform.problem.ProblemException;
import java.time.Clock;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.springframework.stereotype.Service;
import org.springframework.transaction.support.TransactionOperations;

/** Makes accounts, each with a personal tenant. */
@Service
class RegistrationService {
    private static final String REASON = "a new account has no tenant yet";

    private final Accounts accounts;
    private final EmailVerification verification;
    private final Passwords passwords;
    private final Outbox outbox;
    private final TransactionOperations transactions;
    private final Clock clock;

    RegistrationService(
            Accounts accounts,
            EmailVerification verification,
            Passwords passwords,
            Outbox outbox,
            TransactionOperations transactions,
            Clock clock) {
        this.accounts = accounts;
        this.verification = verification;
        this.passwords = passwords;
        this.outbox = outbox;
        this.transactions = transactions;
        this.clock = clock;
    }

    /**
     * Makes an account that can sign in once its mail address is confirmed.
     *
     * @throws ProblemException ALREADY_EXISTS when the username or the mail address is taken
     */
    Account register(RegisterRequest request) {
        PersonalPasswords.refuse("password", request.password(), request.username(), request.email());
        TenantScope.runAsSystem(
                REASON, () -> transactions.executeWithoutResult(_ -> requireFree(request.username(), request.email())));
        String passwordHash = passwords.hash(request.password());
        Account account = new Account(
                UUID.randomUUID(),
                UUID.randomUUID(),
                request.username(),
                request.email(),
                Tier.FREE,
                Set.of(Role.USER),
                false,
                clock.instant());
        TenantScope.runAsSystem(
                REASON,
                () -> transactions.executeWithoutResult(_ -> {
                    create(account, passwordHash);
                    verification.request(account);
                }));
        return account;
    }

    /** Stores an account and announces it; needs a transaction in the system scope. */
    void create(Account account, String passwordHash) {
        if (!accounts.insert(account, passwordHash)) {
            requireFree(account.username(), account.email());
            throw new IllegalStateException("An account was refused though its names are free");
        }
        outbox.append(
                account.tenantId(),
                new AuthEvent.UserRegistered(
                        account.id(),
                        account.tenantId(),
                        account.username(),
                        account.email(),
                        account.tier().wireName(),
                        account.roles().stream().map(Role::wireName).collect(Collectors.toSet())));
    }

    private void requireFree(String username, String email) {
        boolean usernameTaken = accounts.findCredentials(username).isPresent();
        boolean emailTaken = accounts.findCredentials(email).isPresent();
        if (usernameTaken) {
            throw taken("username", "USERNAME_EXISTS", "This username is taken; choose another one.");
        }
        if (emailTaken) {
            throw taken("email", "EMAIL_EXISTS", "This mail address has an account already; sign in with it.");
        }
    }

    private static ProblemException taken(String field, String alias, String detail) {
        return new ProblemException(ProblemCode.ALREADY_EXISTS, detail)
                .withAlias(alias)
                .withViolations(List.of(new Violation(field, "is taken")));
    }
}
