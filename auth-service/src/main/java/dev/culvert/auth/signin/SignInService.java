package dev.culvert.auth.signin;

import dev.culvert.auth.account.Account;
import dev.culvert.auth.account.Accounts;
import dev.culvert.auth.account.Credentials;
import dev.culvert.auth.token.Origin;
import dev.culvert.auth.token.Sessions;
import dev.culvert.auth.token.TokenResponse;
import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.data.tenant.TenantScope;
import dev.culvert.platform.problem.ProblemException;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.springframework.stereotype.Service;
import org.springframework.transaction.support.TransactionOperations;

/** Signs somebody in by name and password, and by a second factor where one is needed; or by a key that is both. */
@Service
public class SignInService {
    private static final String REASON = "an account is found by its name before its tenant is known";
    private static final String NO_PASSWORD = ""; // a second step checks none
    private static final Pattern CONTROL_CHARACTERS = Pattern.compile("\\p{Cntrl}");

    private final Accounts accounts;
    private final PasswordCheck check;
    private final SecondStep secondStep;
    private final SignInRecords records;
    private final Sessions sessions;
    private final TransactionOperations transactions;

    SignInService(
            Accounts accounts,
            PasswordCheck check,
            SecondStep secondStep,
            SignInRecords records,
            Sessions sessions,
            TransactionOperations transactions) {
        this.accounts = accounts;
        this.check = check;
        this.secondStep = secondStep;
        this.records = records;
        this.sessions = sessions;
        this.transactions = transactions;
    }

    /** How a right password ends; a refusal leaves the transaction as a value, so that what was stored is kept. */
    private sealed interface Outcome<T> {
        record Begun<T>(T value) implements Outcome<T> {}

        record NotVerified<T>() implements Outcome<T> {}

        record CodeNeeded<T>(SecondFactorRequired required) implements Outcome<T> {}
    }

    /**
     * Signs in with a username or mail address.
     *
     * @throws ProblemException EMAIL_NOT_VERIFIED (only after the right password), and what {@link PasswordCheck} throws
     * @throws SecondFactorRequired when the password was right but is not enough
     */
    TokenResponse signIn(String typedName, String password, Origin origin) {
        return signIn(typedName, password, origin, account -> sessions.begin(account, origin));
    }

    /**
     * Signs in like everybody, and begins what the caller wants to begin, in the transaction that records the attempt.
     *
     * @param begin given the account; runs in the system scope
     * @throws ProblemException EMAIL_NOT_VERIFIED (only after the right password), and what {@link PasswordCheck} throws
     * @throws SecondFactorRequired when the password was right but is not enough
     */
    public <T> T signIn(String typedName, String password, Origin origin, Function<Account, T> begin) {
        Attempt attempt = attempt(CONTROL_CHARACTERS.matcher(typedName).replaceAll(""), origin);
        Outcome<T> outcome = check.whenRight(attempt, password, account -> outcome(attempt, account, begin));
        return value(outcome);
    }

    private static <T> T value(Outcome<T> outcome) {
        return switch (outcome) {
            case Outcome.Begun<T> begun -> begun.value();
            case Outcome.NotVerified<T> _ ->
                throw new ProblemException(
                        ProblemCode.EMAIL_NOT_VERIFIED,
                        "Who you are is proven, but the mail address is not confirmed yet; open the link in the mail.");
            case Outcome.CodeNeeded<T> needed -> throw needed.required();
        };
    }

    /**
     * Signs in the owner of an account whom somebody else has proven to be that, and begins what the caller wants to begin.
     *
     * @param name what the attempt is recorded under
     * @param begin given the account; runs in the system scope, in the transaction that records the attempt
     * @throws SecondFactorRequired when that is not enough
     */
    public <T> T signInProven(Account account, String name, Origin origin, Function<Account, T> begin) {
        Attempt attempt =
                new Attempt(name, Optional.of(new Credentials(account, "")), origin); // no password is checked
        Outcome<T> outcome = TenantScope.callAsSystem(
                REASON, () -> transactions.execute(_ -> afterFirstStep(attempt, account, begin)));
        return value(outcome);
    }

    /**
     * Signs in whoever proves to have a key that takes the place of both name and password, a second factor included.
     *
     * @param name what the attempt is recorded under
     * @param account the one the key belongs to, empty when nobody has it
     * @param proof of that account; runs in the system scope, in the transaction that records the attempt
     * @param begin given the account; runs in the same transaction
     * @throws ProblemException EMAIL_NOT_VERIFIED (only after the right proof), AUTHENTICATION_FAILED when the proof is
     *     refused, ACCOUNT_LOCKED or RATE_LIMIT_EXCEEDED when too many were
     */
    public <T> T signInByKey(
            String name,
            Optional<Account> account,
            Origin origin,
            Supplier<Proof<Account>> proof,
            Function<Account, T> begin) {
        Attempt attempt = new Attempt(name, account.map(known -> new Credentials(known, NO_PASSWORD)), origin);
        Outcome<T> outcome = check.whenKeyRight(
                attempt, () -> proof.get().then(owner -> new Proof.Given<>(afterBothSteps(attempt, owner, begin))));
        return value(outcome);
    }

    private <T> Outcome<T> outcome(Attempt attempt, Account account, Function<Account, T> begin) {
        return account.emailVerified() ? afterFirstStep(attempt, account, begin) : notVerified(attempt);
    }

    private <T> Outcome<T> afterBothSteps(Attempt attempt, Account account, Function<Account, T> begin) {
        return account.emailVerified() ? begun(attempt, account, begin) : notVerified(attempt);
    }

    private <T> Outcome<T> notVerified(Attempt attempt) {
        records.notVerified(attempt);
        return new Outcome.NotVerified<>();
    }

    private <T> Outcome<T> begun(Attempt attempt, Account account, Function<Account, T> begin) {
        records.signedIn(attempt, account);
        return new Outcome.Begun<>(begin.apply(account));
    }

    private <T> Outcome<T> afterFirstStep(Attempt attempt, Account account, Function<Account, T> begin) {
        Optional<SecondFactorRequired> required = secondStep.after(account, attempt.name());
        if (required.isPresent()) {
            records.secondFactorAsked();
            return new Outcome.CodeNeeded<>(required.get());
        }
        return begun(attempt, account, begin);
    }

    /**
     * The second step of a sign-in: wrong proofs are counted like wrong passwords, but apart from them.
     *
     * @param step begins what the caller wants to begin if the proof is right; runs in the system scope, in the transaction
     *     that records the attempt
     * @throws ProblemException AUTHENTICATION_FAILED when the step was refused, or ACCOUNT_LOCKED
     */
    public <T> T secondStep(Account account, String name, Origin origin, Supplier<Proof<T>> step) {
        Attempt attempt = new Attempt(name, Optional.of(new Credentials(account, NO_PASSWORD)), origin);
        return check.whenCodeRight(attempt, account, () -> {
            Proof<T> begun = step.get();
            if (begun instanceof Proof.Given<T>) {
                records.signedIn(attempt, account);
            }
            return begun;
        });
    }

    private Attempt attempt(String name, Origin origin) {
        return TenantScope.callAsSystem(
                REASON, () -> transactions.execute(_ -> new Attempt(name, accounts.findCredentials(name), origin)));
    }
}
