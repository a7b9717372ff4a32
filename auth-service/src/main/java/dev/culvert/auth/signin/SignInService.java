package dev.culvert.auth.signin;

import dev.culvert.auth.account.Account;
import dev.culvert.auth.account.Accounts;
import dev.culvert.auth.account.Credentials;
import dev.culvert.auth.account.Passwords;
import dev.culvert.auth.opaquetoken.OpaqueToken;
import dev.culvert.auth.signin.Lockout.Admission;
import dev.culvert.auth.signin.SignInAttempts.Result;
import dev.culvert.auth.token.Origin;
import dev.culvert.auth.token.Sessions;
import dev.culvert.auth.token.TokenResponse;
import dev.culvert.contracts.event.AuthEvent;
import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.data.outbox.Outbox;
import dev.culvert.data.tenant.TenantScope;
import dev.culvert.platform.problem.ProblemException;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.springframework.stereotype.Service;
import org.springframework.transaction.support.TransactionOperations;

/**
 * Signs somebody in by name and password. An unknown name goes the same way as a known one, hash included, so that
 * neither the answer nor its time tells them apart (requirement S1.6).
 */
@Service
public class SignInService {
    private static final String REASON = "an account is found by its name before its tenant is known";
    private static final Pattern CONTROL_CHARACTERS = Pattern.compile("\\p{Cntrl}");
    private static final Duration BETWEEN_TRIES = Duration.ofMillis(50);

    private final Accounts accounts;
    private final Passwords passwords;
    private final Lockout lockout;
    private final LockoutProperties properties;
    private final SignInAttempts attempts;
    private final Sessions sessions;
    private final Outbox outbox;
    private final TransactionOperations transactions;
    private final Counter lockouts;

    SignInService(
            Accounts accounts,
            Passwords passwords,
            Lockout lockout,
            LockoutProperties properties,
            SignInAttempts attempts,
            Sessions sessions,
            Outbox outbox,
            TransactionOperations transactions,
            MeterRegistry meters) {
        this.accounts = accounts;
        this.passwords = passwords;
        this.lockout = lockout;
        this.properties = properties;
        this.attempts = attempts;
        this.sessions = sessions;
        this.outbox = outbox;
        this.transactions = transactions;
        this.lockouts = Counter.builder("account.lockouts")
                .description("Accounts and names locked after wrong passwords")
                .register(meters);
    }

    /** One attempt on its way through the steps. */
    private record Attempt(String name, Optional<Credentials> credentials, Origin origin) {

        Optional<Account> account() {
            return credentials.map(Credentials::account);
        }

        /** What failures are counted by: both names of an account count together; a typed name may be a password, so hashed. */
        String subject() {
            return account()
                    .map(account -> "account:" + account.id())
                    .orElseGet(() -> "name:"
                            + HexFormat.of()
                                    .formatHex(OpaqueToken.of(name.toLowerCase(Locale.ROOT))
                                            .hash()));
        }
    }

    /**
     * Signs in with a username or mail address.
     *
     * @throws ProblemException AUTHENTICATION_FAILED, EMAIL_NOT_VERIFIED (only after the right password) or ACCOUNT_LOCKED
     */
    TokenResponse signIn(String typedName, String password, Origin origin) {
        return signIn(typedName, password, origin, account -> sessions.begin(account, origin));
    }

    /**
     * Signs in like everybody, and begins what the caller wants to begin, in the transaction that records the attempt.
     *
     * @param begin given the account; runs in the system scope
     * @throws ProblemException AUTHENTICATION_FAILED, EMAIL_NOT_VERIFIED (only after the right password) or ACCOUNT_LOCKED
     */
    public <T> T signIn(String typedName, String password, Origin origin, Function<Account, T> begin) {
        String name = CONTROL_CHARACTERS.matcher(typedName).replaceAll("");
        Optional<Credentials> credentials = asSystem(() -> accounts.findCredentials(name));
        Attempt attempt = new Attempt(name, credentials, origin);
        return passwords.inTurn(() -> switch (admission(attempt.subject())) {
            case Admission.Admitted _ -> check(attempt, password, begin);
            case Admission.Locked locked -> throw locked(attempt, locked.remaining());
            case Admission.Full _ -> throw busy();
        });
    }

    private <T> T check(Attempt attempt, String password, Function<Account, T> begin) {
        String hash = attempt.credentials().map(Credentials::passwordHash).orElse(Passwords.NOBODYS_HASH);
        if (!passwords.matches(password, hash) || attempt.account().isEmpty()) {
            throw wrongPassword(attempt);
        }
        Account account = attempt.account().get();
        if (!account.emailVerified()) {
            throw notVerified(attempt);
        }
        return asSystem(() -> {
            lockout.right(attempt.subject());
            record(attempt, Result.SIGNED_IN);
            return begin.apply(account);
        });
    }

    /** The place for this check; waits a little while others that run could still use up the failures that are left. */
    private Admission admission(String subject) {
        long deadline = System.nanoTime() + properties.placeWait().toNanos();
        Admission admission = asSystem(() -> lockout.admit(subject));
        while (admission instanceof Admission.Full && System.nanoTime() < deadline && paused()) {
            admission = asSystem(() -> lockout.admit(subject));
        }
        return admission;
    }

    private ProblemException wrongPassword(Attempt attempt) {
        boolean nowLocked = asSystem(() -> {
            record(attempt, Result.WRONG_CREDENTIALS);
            return lockout.wrong(attempt.subject());
        });
        if (nowLocked) {
            lockouts.increment();
        }
        return new ProblemException(
                ProblemCode.AUTHENTICATION_FAILED, "The username, mail address or password is not right.");
    }

    private ProblemException notVerified(Attempt attempt) {
        asSystem(() -> {
            lockout.right(attempt.subject());
            record(attempt, Result.EMAIL_NOT_VERIFIED);
            return true;
        });
        return new ProblemException(
                ProblemCode.EMAIL_NOT_VERIFIED,
                "The password is right, but the mail address is not confirmed yet; open the link in the mail.");
    }

    private ProblemException locked(Attempt attempt, Duration remaining) {
        asSystem(() -> {
            record(attempt, Result.LOCKED);
            return true;
        });
        return new ProblemException(
                        ProblemCode.ACCOUNT_LOCKED,
                        "There were too many wrong passwords; signing in is locked for a while.")
                .withRetryAfter(remaining);
    }

    private static ProblemException busy() {
        return new ProblemException(
                        ProblemCode.SERVICE_UNAVAILABLE, "Other sign-ins to this account are being checked; try again.")
                .withRetryAfter(Duration.ofSeconds(1));
    }

    private void record(Attempt attempt, Result result) {
        attempts.record(attempt.name(), attempt.account().map(Account::id), result, attempt.origin());
        if (result != Result.SIGNED_IN) {
            attempt.account()
                    .ifPresent(account -> outbox.append(
                            account.tenantId(),
                            new AuthEvent.SignInFailed(
                                    account.id(),
                                    attempt.name(),
                                    result.wireName(),
                                    attempt.origin().clientAddress(),
                                    attempt.origin().userAgent())));
        }
    }

    private <T> T asSystem(Supplier<T> work) {
        return TenantScope.callAsSystem(REASON, () -> transactions.execute(_ -> work.get()));
    }

    private static boolean paused() {
        try {
            Thread.sleep(BETWEEN_TRIES);
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
