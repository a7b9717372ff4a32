package dev.culvert.auth.signin;

import dev.culvert.auth.account.Account;
import dev.culvert.auth.account.Accounts;
import dev.culvert.auth.account.Credentials;
import dev.culvert.auth.account.Passwords;
import dev.culvert.auth.signin.Lockout.Admission;
import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.data.tenant.TenantScope;
import dev.culvert.platform.problem.ProblemException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionOperations;

/**
 * Checks a password or what takes its place, within the limits on how many may be tried. An unknown name goes the same way as a known one, hash
 * included, so that neither the answer nor its time tells them apart (requirement S1.6).
 */
@Component
class PasswordCheck {
    private static final String REASON = "an account is found by its name before its tenant is known";
    private static final Duration BETWEEN_TRIES = Duration.ofMillis(50);

    private final Accounts accounts;
    private final Passwords passwords;
    private final Lockout lockout;
    private final AddressFailures addresses;
    private final LockoutProperties properties;
    private final SignInRecords records;
    private final TransactionOperations transactions;

    PasswordCheck(
            Accounts accounts,
            Passwords passwords,
            Lockout lockout,
            AddressFailures addresses,
            LockoutProperties properties,
            SignInRecords records,
            TransactionOperations transactions) {
        this.accounts = accounts;
        this.passwords = passwords;
        this.lockout = lockout;
        this.addresses = addresses;
        this.properties = properties;
        this.records = records;
        this.transactions = transactions;
    }

    /**
     * Does something for whoever proves the password, in a transaction of the system scope together with the note that the
     * password was right.
     *
     * @throws ProblemException AUTHENTICATION_FAILED when it is wrong or nobody has the name, ACCOUNT_LOCKED or
     *     RATE_LIMIT_EXCEEDED when too many were wrong, SERVICE_UNAVAILABLE when too many are being checked
     */
    <T> T whenRight(Attempt attempt, String password, Function<Account, T> work) {
        return passwords.inTurn(() -> switch (admission(attempt.subject())) {
            case Admission.Admitted _ -> admitted(attempt, password, work);
            case Admission.Locked locked -> throw locked(attempt, locked.remaining());
            case Admission.Full _ -> throw busy();
        });
    }

    /**
     * Does something for whoever sends the right code, or another right proof, after the password. Codes are counted apart
     * from passwords, else a known password would forgive guessed codes.
     *
     * @param step runs in a transaction of the system scope
     * @throws ProblemException AUTHENTICATION_FAILED when it is wrong, ACCOUNT_LOCKED when too many were
     */
    <T> T whenCodeRight(Attempt attempt, Account account, Supplier<Proof<T>> step) {
        String subject = "second-factor:" + account.id();
        return switch (admission(subject)) {
            case Admission.Admitted _ ->
                switch (asSystem(() -> whenGiven(step.get(), () -> lockout.right(subject)))) {
                    case Proof.Given<T> given -> given.value();
                    case Proof.Refused<T> refused -> throw wrongCode(attempt, subject, refused.refusal());
                };
            case Admission.Locked locked -> throw locked(attempt, locked.remaining());
            case Admission.Full _ -> throw busy();
        };
    }

    /**
     * Does something for whoever proves to have a key that takes the place of name and password. Wrong proofs count like
     * wrong passwords, of the account and of the address they come from.
     *
     * @param step runs in a transaction of the system scope
     * @throws ProblemException AUTHENTICATION_FAILED when the proof is refused, ACCOUNT_LOCKED or RATE_LIMIT_EXCEEDED when
     *     too many were
     */
    <T> T whenKeyRight(Attempt attempt, Supplier<Proof<T>> step) {
        return switch (admission(attempt.subject())) {
            case Admission.Admitted _ -> {
                requireAddress(attempt);
                yield switch (asSystem(() -> whenGiven(step.get(), () -> right(attempt)))) {
                    case Proof.Given<T> given -> given.value();
                    case Proof.Refused<T> refused ->
                        throw wrong(attempt, refused.refusal().result(), failed(refused.refusal()));
                };
            }
            case Admission.Locked locked -> throw locked(attempt, locked.remaining());
            case Admission.Full _ -> throw busy();
        };
    }

    private static <T> Proof<T> whenGiven(Proof<T> proof, Runnable note) {
        if (proof instanceof Proof.Given<T>) {
            note.run();
        }
        return proof;
    }

    private void right(Attempt attempt) {
        lockout.right(attempt.subject());
        addresses.right(attempt.origin().clientAddress(), attempt.subject());
    }

    private static ProblemException failed(Proof.Refusal refusal) {
        ProblemException failed = new ProblemException(ProblemCode.AUTHENTICATION_FAILED, refusal.detail());
        return refusal.alias().map(failed::withAlias).orElse(failed);
    }

    private ProblemException wrongCode(Attempt attempt, String subject, Proof.Refusal refusal) {
        Optional<Instant> lockedUntil = asSystem(() -> {
            Optional<Instant> until = lockout.wrong(subject);
            records.wrongCode(attempt, refusal.result(), until);
            return until;
        });
        lockedUntil.ifPresent(_ -> records.countLockout());
        return failed(refusal);
    }

    private <T> T admitted(Attempt attempt, String password, Function<Account, T> work) {
        requireAddress(attempt);
        String hash = attempt.credentials()
                .filter(Credentials::hasPassword)
                .map(Credentials::passwordHash)
                .orElseGet(passwords::nobodysHash);
        if (!passwords.matches(password, hash) || attempt.account().isEmpty()) {
            throw wrong(
                    attempt,
                    "wrong_credentials",
                    new ProblemException(
                            ProblemCode.AUTHENTICATION_FAILED, "The username, mail address or password is not right."));
        }
        Account account = attempt.account().get();
        Optional<String> newHash =
                passwords.outdated(hash) ? Optional.of(passwords.encode(password)) : Optional.empty();
        return asSystem(() -> {
            right(attempt);
            newHash.ifPresent(better -> accounts.setPassword(account.id(), better));
            return work.apply(account);
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

    private void requireAddress(Attempt attempt) {
        Optional<Duration> refused =
                asSystem(() -> addresses.refused(attempt.origin().clientAddress()));
        if (refused.isPresent()) {
            throw addressRefused(attempt, refused.get());
        }
    }

    private ProblemException wrong(Attempt attempt, String result, ProblemException answer) {
        Optional<Instant> lockedUntil = asSystem(() -> {
            addresses.wrong(attempt.origin().clientAddress(), attempt.subject());
            Optional<Instant> until = lockout.wrong(attempt.subject());
            records.wrong(attempt, result, until);
            return until;
        });
        lockedUntil.ifPresent(_ -> records.countLockout());
        return answer;
    }

    private ProblemException locked(Attempt attempt, Duration remaining) {
        recordRefusal(attempt, "locked");
        return new ProblemException(
                        ProblemCode.ACCOUNT_LOCKED,
                        "There were too many wrong passwords or codes; signing in is locked for a while.")
                .withRetryAfter(remaining);
    }

    private ProblemException addressRefused(Attempt attempt, Duration remaining) {
        asSystem(() -> {
            lockout.leave(attempt.subject());
            records.refused(attempt, "address_refused");
            return true;
        });
        return new ProblemException(
                        ProblemCode.RATE_LIMIT_EXCEEDED,
                        "There were too many wrong passwords for different accounts from your address.")
                .withAlias("TOO_MANY_FAILED_SIGN_INS")
                .withRetryAfter(remaining);
    }

    private void recordRefusal(Attempt attempt, String result) {
        asSystem(() -> {
            records.refused(attempt, result);
            return true;
        });
    }

    private static ProblemException busy() {
        return new ProblemException(
                        ProblemCode.SERVICE_UNAVAILABLE, "Other sign-ins to this account are being checked; try again.")
                .withRetryAfter(Duration.ofSeconds(1));
    }

    private <T> T asSystem(Supplier<T> work) {
        return TenantScope.callAsSystem(REASON, () -> transactions.execute(_ -> work.get()));
    }

    /**
     * Sleeps between two tries. The places are rows in the database, because instances share them, and nothing tells one
     * instance that another has given a place back; waiting on a lock of the row would keep a connection of the pool busy
     * for as long. What sleeps here is a virtual thread, and only while parallel sign-ins to one account hold every place.
     */
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
