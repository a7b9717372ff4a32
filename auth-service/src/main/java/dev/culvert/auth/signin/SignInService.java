package dev.culvert.auth.signin;

import dev.culvert.auth.account.Account;
import dev.culvert.auth.account.Accounts;
import dev.culvert.auth.token.Origin;
import dev.culvert.auth.token.Sessions;
import dev.culvert.auth.token.TokenResponse;
import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.data.tenant.TenantScope;
import dev.culvert.platform.problem.ProblemException;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.springframework.stereotype.Service;
import org.springframework.transaction.support.TransactionOperations;

/** Signs somebody in by name and password. */
@Service
public class SignInService {
    private static final String REASON = "an account is found by its name before its tenant is known";
    private static final Pattern CONTROL_CHARACTERS = Pattern.compile("\\p{Cntrl}");

    private final Accounts accounts;
    private final PasswordCheck check;
    private final SignInRecords records;
    private final Sessions sessions;
    private final TransactionOperations transactions;

    SignInService(
            Accounts accounts,
            PasswordCheck check,
            SignInRecords records,
            Sessions sessions,
            TransactionOperations transactions) {
        this.accounts = accounts;
        this.check = check;
        this.records = records;
        this.sessions = sessions;
        this.transactions = transactions;
    }

    /**
     * Signs in with a username or mail address.
     *
     * @throws ProblemException EMAIL_NOT_VERIFIED (only after the right password), and what {@link PasswordCheck} throws
     */
    TokenResponse signIn(String typedName, String password, Origin origin) {
        return signIn(typedName, password, origin, account -> sessions.begin(account, origin));
    }

    /**
     * Signs in like everybody, and begins what the caller wants to begin, in the transaction that records the attempt.
     *
     * @param begin given the account; runs in the system scope
     * @throws ProblemException EMAIL_NOT_VERIFIED (only after the right password), and what {@link PasswordCheck} throws
     */
    public <T> T signIn(String typedName, String password, Origin origin, Function<Account, T> begin) {
        Attempt attempt = attempt(CONTROL_CHARACTERS.matcher(typedName).replaceAll(""), origin);
        Optional<T> begun = check.whenRight(attempt, password, account -> {
            if (!account.emailVerified()) {
                records.notVerified(attempt);
                return Optional.empty();
            }
            records.signedIn(attempt, account);
            return Optional.of(begin.apply(account));
        });
        return begun.orElseThrow(() -> new ProblemException(
                ProblemCode.EMAIL_NOT_VERIFIED,
                "The password is right, but the mail address is not confirmed yet; open the link in the mail."));
    }

    private Attempt attempt(String name, Origin origin) {
        return TenantScope.callAsSystem(
                REASON, () -> transactions.execute(_ -> new Attempt(name, accounts.findCredentials(name), origin)));
    }
}
