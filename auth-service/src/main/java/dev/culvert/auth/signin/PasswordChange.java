package dev.culvert.auth.signin;

import dev.culvert.auth.account.Account;
import dev.culvert.auth.account.Accounts;
import dev.culvert.auth.account.Credentials;
import dev.culvert.auth.account.PasswordReplaced.Reason;
import dev.culvert.auth.account.PasswordReplacement;
import dev.culvert.auth.account.Passwords;
import dev.culvert.auth.account.PersonalPasswords;
import dev.culvert.auth.token.Origin;
import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.contracts.problem.Violation;
import dev.culvert.data.tenant.TenantScope;
import dev.culvert.platform.caller.Caller;
import dev.culvert.platform.problem.ProblemException;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import org.springframework.stereotype.Service;
import org.springframework.transaction.support.TransactionOperations;

/**
 * Gives somebody who is signed in another password. The present one is asked for and counts like one at a sign-in, so that
 * a stolen session cannot guess it.
 */
@Service
class PasswordChange {
    private static final String REASON = "a password is checked like at a sign-in";

    private final Accounts accounts;
    private final Passwords passwords;
    private final PasswordCheck check;
    private final PasswordReplacement replacement;
    private final TransactionOperations transactions;

    PasswordChange(
            Accounts accounts,
            Passwords passwords,
            PasswordCheck check,
            PasswordReplacement replacement,
            TransactionOperations transactions) {
        this.accounts = accounts;
        this.passwords = passwords;
        this.check = check;
        this.replacement = replacement;
        this.transactions = transactions;
    }

    /**
     * Replaces the password and ends the caller's other sessions.
     *
     * @throws ProblemException AUTHENTICATION_FAILED when the present password is wrong, ACCOUNT_LOCKED after too many
     *     of those, VALIDATION_ERROR when the new one is the present one
     */
    void change(Caller caller, String present, String replacementText, Origin origin) {
        if (present.equals(replacementText)) {
            throw new ProblemException(ProblemCode.VALIDATION_ERROR, "The new password is the present one.")
                    .withViolations(List.of(new Violation("newPassword", "must differ from the present password")));
        }
        Credentials credentials = asSystem(() -> accounts.findCredentials(caller.userId())
                .orElseThrow(() -> new ProblemException(
                        ProblemCode.AUTH_TOKEN_INVALID, "The account of this token does not exist any more.")));
        PersonalPasswords.refuse(
                "newPassword",
                replacementText,
                credentials.account().username(),
                credentials.account().email());
        Attempt attempt = new Attempt(credentials.account().username(), Optional.of(credentials), origin);
        Account account = check.whenRight(attempt, present, right -> right);
        String newHash = passwords.hash(replacementText);
        UUID kept = caller.sessionId().map(UUID::fromString).orElse(null);
        asSystem(() -> {
            replacement.replace(account, newHash, Reason.CHANGED, kept);
            return true;
        });
    }

    private <T> T asSystem(Supplier<T> work) {
        return TenantScope.callAsSystem(REASON, () -> transactions.execute(_ -> work.get()));
    }
}
