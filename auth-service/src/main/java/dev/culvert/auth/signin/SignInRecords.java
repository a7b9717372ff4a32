package dev.culvert.auth.signin;

import dev.culvert.auth.account.Account;
import dev.culvert.auth.audit.AuditEvent;
import dev.culvert.auth.audit.AuditSeverity;
import dev.culvert.auth.audit.AuditTrail;
import dev.culvert.auth.audit.AuditType;
import dev.culvert.contracts.event.AuthEvent;
import dev.culvert.data.outbox.Outbox;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.springframework.stereotype.Component;

/** Records, announces and counts how attempts to sign in end (requirements R2.6, S1.32). */
@Component
class SignInRecords {
    private final AuditTrail audit;
    private final Outbox outbox;
    private final MeterRegistry meters;
    private final Counter lockouts;

    SignInRecords(AuditTrail audit, Outbox outbox, MeterRegistry meters) {
        this.audit = audit;
        this.outbox = outbox;
        this.meters = meters;
        this.lockouts = Counter.builder("account.lockouts")
                .description("Accounts and names locked after wrong passwords")
                .register(meters);
    }

    /**
     * A wrong password, an unknown name or a passkey that proves nothing; needs a transaction in the system scope like all
     * of these.
     */
    void wrong(Attempt attempt, String result, Optional<Instant> lockedUntil) {
        failed(attempt, result, lockedUntil.isPresent() ? AuditSeverity.ERROR : AuditSeverity.WARN);
        attempt.account()
                .ifPresent(account -> lockedUntil.ifPresent(until -> outbox.append(
                        account.tenantId(),
                        new AuthEvent.AccountLocked(
                                account.id(), until, attempt.origin().clientAddress()))));
    }

    /** An attempt whose password was not looked at. */
    void refused(Attempt attempt, String result) {
        failed(attempt, result, AuditSeverity.ERROR);
    }

    /** The right password for an account whose mail address is not confirmed. */
    void notVerified(Attempt attempt) {
        failed(attempt, "email_not_verified", AuditSeverity.WARN);
    }

    /** A right password that lets somebody in. */
    void signedIn(Attempt attempt, Account account) {
        audit.record(AuditEvent.of(AuditType.LOGIN, AuditSeverity.INFO, "signed_in")
                .attemptedAs(attempt.name())
                .about(account.tenantId(), account.id()));
        count("signed_in");
    }

    /** Somebody who is signed in proved once more who they are. */
    void provenAgain(Attempt attempt, Account account, UUID sessionId) {
        audit.record(AuditEvent.of(AuditType.LOGIN, AuditSeverity.INFO, "reauthenticated")
                .attemptedAs(attempt.name())
                .about(account.tenantId(), account.id())
                .inSession(sessionId));
        count("reauthenticated");
    }

    /** The right password for an account that needs a code too. */
    void secondFactorAsked() {
        count("second_factor_asked");
    }

    /** A wrong code, or another wrong proof, after the right password. */
    void wrongCode(Attempt attempt, String result, Optional<Instant> lockedUntil) {
        failed(attempt, result, lockedUntil.isPresent() ? AuditSeverity.ERROR : AuditSeverity.WARN);
    }

    void countLockout() {
        lockouts.increment();
    }

    private void failed(Attempt attempt, String result, AuditSeverity severity) {
        AuditEvent event =
                AuditEvent.of(AuditType.FAILED_LOGIN, severity, result).attemptedAs(attempt.name());
        Optional<Account> account = attempt.account();
        audit.record(
                account.map(known -> event.about(known.tenantId(), known.id())).orElse(event));
        account.ifPresent(known -> outbox.append(
                known.tenantId(),
                new AuthEvent.SignInFailed(
                        known.id(),
                        attempt.name(),
                        result,
                        attempt.origin().clientAddress(),
                        attempt.origin().userAgent())));
        count(result);
    }

    private void count(String result) {
        Counter.builder("login")
                .description("Attempts to sign in")
                .tag("result", result)
                .register(meters)
                .increment();
    }
}
