package dev.culvert.auth.account;

import dev.culvert.auth.mail.Mail;
import dev.culvert.auth.mail.MailQueue;
import dev.culvert.auth.opaquetoken.OpaqueToken;
import dev.culvert.contracts.event.AuthEvent;
import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.contracts.problem.Violation;
import dev.culvert.data.outbox.Outbox;
import dev.culvert.data.tenant.TenantScope;
import dev.culvert.platform.problem.ProblemException;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.support.TransactionOperations;

/** Proves that the owner of an account reads its mail address: a link with a token that works once (requirement S1.13). */
@Service
class EmailVerification {
    private static final String REASON = "whoever follows a mailed link is not signed in";
    private static final String SUBJECT = "Confirm your e-mail address for Culvert";

    private final JdbcClient jdbc;
    private final Accounts accounts;
    private final MailQueue mails;
    private final Outbox outbox;
    private final TransactionOperations transactions;
    private final AccountProperties properties;
    private final Clock clock;

    EmailVerification(
            JdbcClient jdbc,
            Accounts accounts,
            MailQueue mails,
            Outbox outbox,
            TransactionOperations transactions,
            AccountProperties properties,
            Clock clock) {
        this.jdbc = jdbc;
        this.accounts = accounts;
        this.mails = mails;
        this.outbox = outbox;
        this.transactions = transactions;
        this.properties = properties;
        this.clock = clock;
    }

    private record Redeemed(UUID accountId, String email) {}

    /** Queues a mail with a new link; needs a transaction in the system scope. */
    void request(Account account) {
        OpaqueToken token = OpaqueToken.random();
        Instant now = clock.instant();
        Instant expiresAt = now.plus(properties.verificationLifetime());
        jdbc.sql("""
                        INSERT INTO email_verification (token_hash, account_id, email, created_at, expires_at)
                        VALUES (:hash, :accountId, :email, :now, :expiresAt)
                        """)
                .param("hash", token.hash())
                .param("accountId", account.id())
                .param("email", account.email())
                .param("now", now.atOffset(ZoneOffset.UTC))
                .param("expiresAt", expiresAt.atOffset(ZoneOffset.UTC))
                .update();
        mails.add(new Mail(account.email(), SUBJECT, body(account, token), expiresAt));
    }

    /** Queues another mail if an account with this address waits for one; says nothing about whether it does. */
    void requestAgain(String email) {
        TenantScope.runAsSystem(
                REASON,
                () -> transactions.executeWithoutResult(_ -> accounts.findCredentials(email)
                        .filter(Credentials::hasPassword)
                        .map(Credentials::account)
                        .filter(account -> !account.emailVerified() && !askedJustNow(account))
                        .ifPresent(this::request)));
    }

    /**
     * Confirms the address a token was mailed to.
     *
     * @throws ProblemException VALIDATION_ERROR when the token is unknown, too old or was used before
     */
    void confirm(String token) {
        TenantScope.runAsSystem(REASON, () -> transactions.executeWithoutResult(_ -> confirmInTransaction(token)));
    }

    private void confirmInTransaction(String token) {
        byte[] hash = OpaqueToken.of(token).hash();
        Instant now = clock.instant();
        Redeemed redeemed = jdbc.sql("""
                        UPDATE email_verification SET used_at = :now
                        WHERE token_hash = :hash AND used_at IS NULL AND expires_at > :now
                        RETURNING account_id, email
                        """)
                .param("hash", hash)
                .param("now", now.atOffset(ZoneOffset.UTC))
                .query((row, _) -> new Redeemed(row.getObject("account_id", UUID.class), row.getString("email")))
                .optional()
                .orElseThrow(() -> refusal(hash));
        Account account = accounts.find(redeemed.accountId()).orElseThrow();
        if (accounts.confirmEmail(account.id(), redeemed.email(), now)) {
            outbox.append(account.tenantId(), new AuthEvent.EmailVerified(account.id(), redeemed.email()));
        }
    }

    private ProblemException refusal(byte[] hash) {
        return jdbc.sql("SELECT used_at FROM email_verification WHERE token_hash = :hash")
                .param("hash", hash)
                .query((row, _) -> row.getTimestamp("used_at") != null
                        ? refused(
                                "VERIFICATION_TOKEN_USED",
                                "was used before",
                                "This link was used before. If your address is confirmed, just sign in.")
                        : refused(
                                "VERIFICATION_TOKEN_EXPIRED",
                                "has expired",
                                "This link is too old. Ask for a new verification mail."))
                .optional()
                .orElseGet(() -> refused(
                        "VERIFICATION_TOKEN_INVALID",
                        "is not known",
                        "This link is not complete. Open the newest verification mail and use its whole link."));
    }

    private static ProblemException refused(String alias, String reason, String detail) {
        return new ProblemException(ProblemCode.VALIDATION_ERROR, detail)
                .withAlias(alias)
                .withViolations(List.of(new Violation("token", reason)));
    }

    private boolean askedJustNow(Account account) {
        return jdbc.sql("SELECT EXISTS (SELECT FROM email_verification WHERE account_id = :id AND created_at > :since)")
                .param("id", account.id())
                .param(
                        "since",
                        clock.instant().minus(properties.verificationInterval()).atOffset(ZoneOffset.UTC))
                .query(Boolean.class)
                .single();
    }

    /** Plain ASCII in short lines, so that no mail program encodes or wraps the link. */
    private String body(Account account, OpaqueToken token) {
        return """
                Hello %s,

                please confirm your e-mail address by opening this link:

                %s/api/v1/auth/verify-email?token=%s

                It works once, for %d hours. If you did not register, ignore this mail.
                """.formatted(
                        account.username(),
                        properties.publicUrl(),
                        token.value(),
                        properties.verificationLifetime().toHours());
    }
}
