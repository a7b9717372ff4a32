package dev.culvert.auth.mail;

import dev.culvert.platform.secret.SecretCipher;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** The stored queue of mails. Rows belong to the service, not to a tenant. */
@Component
public class MailQueue {
    private final JdbcClient jdbc;
    private final SecretCipher cipher;
    private final ApplicationEventPublisher events;
    private final Clock clock;

    MailQueue(JdbcClient jdbc, SecretCipher cipher, ApplicationEventPublisher events, Clock clock) {
        this.jdbc = jdbc;
        this.cipher = cipher;
        this.events = events;
        this.clock = clock;
    }

    /** Something was queued; the sender looks once the transaction has committed. */
    record MailQueued() {}

    /** A mail one sender has taken for a while, its body still sealed. */
    record Claimed(UUID id, Mail sealed, int attempts) {}

    /** Queues a mail in the present transaction: sent if that commits, and only then. */
    public void add(Mail mail) {
        insert(mail, null);
        events.publishEvent(new MailQueued());
    }

    /**
     * Does the work of {@link #add} for a mail that is never sent, so that how long an answer takes does not tell whether
     * there was somebody to write to.
     */
    public void addUnsent(Mail mail) {
        insert(new Mail("", mail.subject(), mail.body(), mail.expiresAt()), clock.instant());
    }

    private void insert(Mail mail, @Nullable Instant givenUpAt) {
        UUID id = UUID.randomUUID();
        Instant now = clock.instant();
        jdbc.sql("""
                        INSERT INTO mail (id, recipient, subject, sealed_body, created_at, expires_at, next_attempt_at, given_up_at)
                        VALUES (:id, :recipient, :subject, :sealedBody, :now, :expiresAt, :now, :givenUpAt)
                        """)
                .param("id", id)
                .param("recipient", mail.recipient())
                .param("subject", mail.subject())
                .param("sealedBody", cipher.seal(mail.body(), context(id)))
                .param("now", now.atOffset(ZoneOffset.UTC))
                .param("expiresAt", mail.expiresAt().atOffset(ZoneOffset.UTC))
                .param("givenUpAt", givenUpAt == null ? null : givenUpAt.atOffset(ZoneOffset.UTC))
                .update();
    }

    /** Takes the next mail that is due. Another sender may take it too once {@code claimedUntil} has passed. */
    Optional<Claimed> claim(Instant claimedUntil) {
        return jdbc.sql("""
                        UPDATE mail SET attempts = attempts + 1, next_attempt_at = :claimedUntil
                        WHERE id = (SELECT id FROM mail
                                    WHERE sent_at IS NULL AND given_up_at IS NULL AND next_attempt_at <= :now
                                    ORDER BY next_attempt_at LIMIT 1 FOR UPDATE SKIP LOCKED)
                        RETURNING id, recipient, subject, sealed_body, expires_at, attempts
                        """)
                .param("claimedUntil", claimedUntil.atOffset(ZoneOffset.UTC))
                .param("now", clock.instant().atOffset(ZoneOffset.UTC))
                .query((row, _) -> new Claimed(
                        row.getObject("id", UUID.class),
                        new Mail(
                                row.getString("recipient"),
                                row.getString("subject"),
                                row.getString("sealed_body"),
                                row.getTimestamp("expires_at").toInstant()),
                        row.getInt("attempts")))
                .optional();
    }

    /**
     * The mail as it was queued.
     *
     * @throws IllegalStateException when it was sealed under another SECRET_KEY
     */
    Mail open(Claimed claimed) {
        Mail sealed = claimed.sealed();
        String body = cipher.open(sealed.body(), context(claimed.id()));
        return new Mail(sealed.recipient(), sealed.subject(), body, sealed.expiresAt());
    }

    /** The server took it; what it said is not needed any more. */
    void sent(UUID id) {
        jdbc.sql("UPDATE mail SET sent_at = :now, sealed_body = '' WHERE id = :id")
                .param("now", clock.instant().atOffset(ZoneOffset.UTC))
                .param("id", id)
                .update();
    }

    /** It did not get through and is due again later. */
    void postpone(UUID id, Instant nextAttemptAt) {
        jdbc.sql("UPDATE mail SET next_attempt_at = :next WHERE id = :id")
                .param("next", nextAttemptAt.atOffset(ZoneOffset.UTC))
                .param("id", id)
                .update();
    }

    /** It is of no use any more, or cannot be sent at all. */
    void giveUp(UUID id) {
        jdbc.sql("UPDATE mail SET given_up_at = :now, sealed_body = '' WHERE id = :id")
                .param("now", clock.instant().atOffset(ZoneOffset.UTC))
                .param("id", id)
                .update();
    }

    /** How many wait to be sent. */
    long waiting() {
        return jdbc.sql("SELECT count(*) FROM mail WHERE sent_at IS NULL AND given_up_at IS NULL")
                .query(Long.class)
                .single();
    }

    private static String context(UUID id) {
        return "mail:" + id;
    }
}
