package dev.culvert.auth.account;

import dev.culvert.auth.account.PasswordReplaced.Reason;
import dev.culvert.auth.audit.AuditEvent;
import dev.culvert.auth.audit.AuditSeverity;
import dev.culvert.auth.audit.AuditTrail;
import dev.culvert.auth.audit.AuditType;
import dev.culvert.auth.audit.Requester;
import dev.culvert.auth.mail.Mail;
import dev.culvert.auth.mail.MailQueue;
import dev.culvert.contracts.event.AuthEvent;
import dev.culvert.data.outbox.Outbox;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Gives an account another password, with everything that must follow from it. */
@Component
public class PasswordReplacement {
    private static final String SUBJECT = "Your Culvert password was changed";
    private static final Duration NOTICE_LIFETIME = Duration.ofDays(2);

    private final Accounts accounts;
    private final JdbcClient jdbc;
    private final MailQueue mails;
    private final AuditTrail audit;
    private final Outbox outbox;
    private final ApplicationEventPublisher events;
    private final Clock clock;

    PasswordReplacement(
            Accounts accounts,
            JdbcClient jdbc,
            MailQueue mails,
            AuditTrail audit,
            Outbox outbox,
            ApplicationEventPublisher events,
            Clock clock) {
        this.accounts = accounts;
        this.jdbc = jdbc;
        this.mails = mails;
        this.audit = audit;
        this.outbox = outbox;
        this.events = events;
        this.clock = clock;
    }

    /** Stores the new hash, voids mailed links, ends sessions, lifts a lock and tells the owner; needs a transaction. */
    public void replace(Account account, String newHash, Reason reason, @Nullable UUID keptSession) {
        accounts.setPassword(account.id(), newHash);
        voidMailedLinks(account);
        Requester requester = Requester.current();
        String word = reason.name().toLowerCase(Locale.ROOT);
        audit.record(AuditEvent.of(AuditType.PASSWORD_CHANGE, AuditSeverity.WARN, word)
                .about(account.tenantId(), account.id()));
        outbox.append(
                account.tenantId(),
                new AuthEvent.PasswordChanged(account.id(), word, requester.clientAddress(), requester.userAgent()));
        mails.add(new Mail(
                account.email(), SUBJECT, notice(account), clock.instant().plus(NOTICE_LIFETIME)));
        events.publishEvent(new PasswordReplaced(account, reason, keptSession));
    }

    private void voidMailedLinks(Account account) {
        Instant now = clock.instant();
        jdbc.sql("UPDATE password_reset SET used_at = :now WHERE account_id = :id AND used_at IS NULL")
                .param("id", account.id())
                .param("now", now.atOffset(ZoneOffset.UTC))
                .update();
    }

    private static String notice(Account account) {
        return """
                Hello %s,

                the password of your account was changed just now, and its other
                sessions have ended. If that was not you, set another password at
                once: ask for a reset link where you sign in.
                """.formatted(account.username());
    }
}
