package dev.culvert.auth.account;

import dev.culvert.auth.account.PasswordReplaced.Reason;
import dev.culvert.auth.audit.AuditEvent;
import dev.culvert.auth.audit.AuditSeverity;
import dev.culvert.auth.audit.AuditTrail;
import dev.culvert.auth.audit.AuditType;
import dev.culvert.auth.mail.Mail;
import dev.culvert.auth.mail.MailQueue;
import dev.culvert.auth.opaquetoken.OpaqueToken;
import dev.culvert.contracts.event.AuthEvent;
import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.contracts.problem.Violation;
import dev.culvert.data.outbox.Outbox;
import dev.culvert.data.tenant.TenantScope;
import dev.culvert.platform.problem.ProblemException;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.support.TransactionOperations;

/**
 * A new password for whoever reads the account's mail: a link with a token that works once and for an hour (requirements
 * S1.11, S1.12). Unknown addresses go the same way as known ones, down to a mail that is written but not sent.
 */
@Service
class PasswordReset {
    private static final String REASON = "whoever resets a password is not signed in";
    private static final String SUBJECT = "Set a new password for Culvert";

    private final JdbcClient jdbc;
    private final Accounts accounts;
    private final Passwords passwords;
    private final PasswordReplacement replacement;
    private final MailQueue mails;
    private final AuditTrail audit;
    private final Outbox outbox;
    private final TransactionOperations transactions;
    private final AccountProperties properties;
    private final Clock clock;
    private final Counter requested;
    private final Counter done;

    PasswordReset(
            JdbcClient jdbc,
            Accounts accounts,
            Passwords passwords,
            PasswordReplacement replacement,
            MailQueue mails,
            AuditTrail audit,
            Outbox outbox,
            TransactionOperations transactions,
            AccountProperties properties,
            Clock clock,
            MeterRegistry meters) {
        this.jdbc = jdbc;
        this.accounts = accounts;
        this.passwords = passwords;
        this.replacement = replacement;
        this.mails = mails;
        this.audit = audit;
        this.outbox = outbox;
        this.transactions = transactions;
        this.properties = properties;
        this.clock = clock;
        this.requested = counter("requested", meters);
        this.done = counter("done", meters);
    }

    private static Counter counter(String result, MeterRegistry meters) {
        return Counter.builder("password.resets")
                .description("Password resets, asked for and done")
                .tag("result", result)
                .register(meters);
    }

    /** Queues a mail with a link if an account has the address; says nothing about whether one does. */
    void request(String email) {
        asSystem(() -> {
            Optional<Account> account = accounts.findCredentials(email)
                    .filter(Credentials::hasPassword)
                    .map(Credentials::account)
                    .filter(found -> found.email().equalsIgnoreCase(email));
            OpaqueToken token = OpaqueToken.random();
            Instant expiresAt = clock.instant().plus(properties.resetLifetime());
            Optional<Account> recipient = account.filter(found -> !askedJustNow(found));
            store(token, recipient, expiresAt);
            Mail mail = new Mail(
                    recipient.map(Account::email).orElse(""),
                    SUBJECT,
                    body(recipient.map(Account::username).orElse("nobody"), token),
                    expiresAt);
            recipient.ifPresentOrElse(_ -> mails.add(mail), () -> mails.addUnsent(mail));
            AuditEvent event = AuditEvent.of(AuditType.PASSWORD_CHANGE, AuditSeverity.INFO, "reset_requested");
            audit.record(account.map(found -> event.about(found.tenantId(), found.id()))
                    .orElseGet(() -> event.attemptedAs(email)));
            return true;
        });
        requested.increment();
    }

    /**
     * Sets a new password with the token of a mail.
     *
     * @throws ProblemException VALIDATION_ERROR when the token is unknown, too old or was used before
     */
    void confirm(String value, String newPassword) {
        OpaqueToken token = OpaqueToken.of(value);
        Account waiting = // before the slow hash, which rubbish is not worth
                asSystem(() -> accounts.find(waiting(token)).orElseThrow(PasswordReset::refusal));
        PersonalPasswords.refuse("newPassword", newPassword, waiting.username(), waiting.email());
        String newHash = passwords.hash(newPassword);
        asSystem(() -> {
            Account account = accounts.find(redeem(token)).orElseThrow(PasswordReset::refusal);
            confirmEmail(account);
            replacement.replace(account, newHash, Reason.RESET, null);
            return true;
        });
        done.increment();
    }

    /** Whoever has the token reads the account's mail. */
    private void confirmEmail(Account account) {
        if (accounts.confirmEmail(account.id(), account.email(), clock.instant())) {
            outbox.append(account.tenantId(), new AuthEvent.EmailVerified(account.id(), account.email()));
        }
    }

    private void store(OpaqueToken token, Optional<Account> account, Instant expiresAt) {
        jdbc.sql("""
                        INSERT INTO password_reset (token_hash, account_id, created_at, expires_at)
                        VALUES (:hash, :accountId, :now, :expiresAt)
                        """)
                .param("hash", token.hash())
                .param("accountId", account.map(Account::id).orElse(null))
                .param("now", clock.instant().atOffset(ZoneOffset.UTC))
                .param("expiresAt", expiresAt.atOffset(ZoneOffset.UTC))
                .update();
    }

    private UUID waiting(OpaqueToken token) {
        return jdbc.sql("""
                        SELECT account_id FROM password_reset
                        WHERE token_hash = :hash AND account_id IS NOT NULL AND used_at IS NULL AND expires_at > :now
                        """)
                .param("hash", token.hash())
                .param("now", clock.instant().atOffset(ZoneOffset.UTC))
                .query(UUID.class)
                .optional()
                .orElseThrow(PasswordReset::refusal);
    }

    /** The single point that decides who may use a token: of parallel attempts one gets the row. */
    private UUID redeem(OpaqueToken token) {
        return jdbc.sql("""
                        UPDATE password_reset SET used_at = :now
                        WHERE token_hash = :hash AND account_id IS NOT NULL AND used_at IS NULL AND expires_at > :now
                        RETURNING account_id
                        """)
                .param("hash", token.hash())
                .param("now", clock.instant().atOffset(ZoneOffset.UTC))
                .query(UUID.class)
                .optional()
                .orElseThrow(PasswordReset::refusal);
    }

    private boolean askedJustNow(Account account) {
        return jdbc.sql("SELECT EXISTS (SELECT FROM password_reset WHERE account_id = :id AND created_at > :since)")
                .param("id", account.id())
                .param(
                        "since",
                        clock.instant().minus(properties.resetInterval()).atOffset(ZoneOffset.UTC))
                .query(Boolean.class)
                .single();
    }

    private static ProblemException refusal() {
        return new ProblemException(
                        ProblemCode.VALIDATION_ERROR,
                        "This link is not known, too old or was used before. Ask for a new one.")
                .withAlias("RESET_TOKEN_INVALID")
                .withViolations(List.of(new Violation("token", "is not known, has expired or was used before")));
    }

    /** Plain ASCII in short lines, so that no mail program encodes or wraps the link. */
    private String body(String username, OpaqueToken token) {
        return """
                Hello %s,

                somebody asked for a new password for your account. If that was you,
                set it here:

                %s/api/v1/auth/password-reset/confirm?token=%s

                The link works once, for %d minutes. Programs send the token to
                POST /api/v1/auth/password-reset/confirm. If you did not ask, ignore
                this mail: your password stays as it is.
                """.formatted(
                        username,
                        properties.publicUrl(),
                        token.value(),
                        properties.resetLifetime().toMinutes());
    }

    private <T> T asSystem(Supplier<T> work) {
        return TenantScope.callAsSystem(REASON, () -> transactions.execute(_ -> work.get()));
    }
}
