package dev.culvert.auth.signin;

import dev.culvert.auth.account.Account;
import dev.culvert.auth.account.PasswordReplaced;
import dev.culvert.auth.cleanup.Leftovers;
import java.sql.Timestamp;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Optional;
import org.springframework.context.event.EventListener;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * Counts wrong passwords by account, or by name where there is no account, exactly and across instances (requirements
 * S1.14 to S1.16). A check takes a place before it looks at the password, and there are only as many places as failures
 * are left before the lock: so however many attempts run at once, no more passwords are tried than the limit allows.
 */
@Component
class Lockout implements Leftovers {
    private final JdbcClient jdbc;
    private final LockoutProperties properties;
    private final Clock clock;

    Lockout(JdbcClient jdbc, LockoutProperties properties, Clock clock) {
        this.jdbc = jdbc;
        this.properties = properties;
        this.clock = clock;
    }

    /** Whether a password may be checked now. */
    sealed interface Admission {
        record Admitted() implements Admission {}

        /** Locked for this long. */
        record Locked(Duration remaining) implements Admission {}

        /** Undecided: the running checks could use up the failures that are left. */
        record Full() implements Admission {}
    }

    /** Takes a place for one check; {@link #wrong} or {@link #right} gives it back, or time does. */
    Admission admit(String subject) {
        Instant now = clock.instant();
        forget(subject, now);
        boolean admitted = jdbc.sql("""
                                INSERT INTO sign_in_guard AS guard (subject, failures, checking, checking_until)
                                VALUES (:subject, 0, 1, :checkingUntil)
                                ON CONFLICT (subject) DO UPDATE SET
                                  checking = CASE WHEN guard.checking_until <= :now THEN 1 ELSE guard.checking + 1 END,
                                  checking_until = :checkingUntil
                                WHERE guard.locked_until IS NULL
                                  AND guard.failures + CASE WHEN guard.checking_until <= :now THEN 0 ELSE guard.checking END < :limit
                                """)
                        .param("subject", subject)
                        .param("now", now.atOffset(ZoneOffset.UTC))
                        .param("checkingUntil", now.plus(properties.checkTime()).atOffset(ZoneOffset.UTC))
                        .param("limit", properties.failures())
                        .update()
                == 1;
        return admitted ? new Admission.Admitted() : lockedOrFull(subject, now);
    }

    /** The password was wrong; until when that locked the subject, empty when it did not. */
    Optional<Instant> wrong(String subject) {
        Instant now = clock.instant();
        return jdbc.sql("""
                        UPDATE sign_in_guard SET
                          failures = failures + 1,
                          first_failed_at = coalesce(first_failed_at, :now),
                          checking = greatest(checking - 1, 0),
                          locked_until = CASE WHEN failures + 1 >= :limit THEN :lockEnd END
                        WHERE subject = :subject
                        RETURNING locked_until
                        """)
                .param("subject", subject)
                .param("now", now.atOffset(ZoneOffset.UTC))
                .param("limit", properties.failures())
                .param("lockEnd", now.plus(properties.duration()).atOffset(ZoneOffset.UTC))
                .query((row, _) ->
                        Optional.ofNullable(row.getTimestamp("locked_until")).map(Timestamp::toInstant))
                .single();
    }

    /** The password was right: earlier failures are forgiven. */
    void right(String subject) {
        jdbc.sql("""
                        UPDATE sign_in_guard SET
                          failures = 0, first_failed_at = NULL, locked_until = NULL, checking = greatest(checking - 1, 0)
                        WHERE subject = :subject
                        """).param("subject", subject).update();
    }

    /** The check did not take place; its place is free again. */
    void leave(String subject) {
        jdbc.sql("UPDATE sign_in_guard SET checking = greatest(checking - 1, 0) WHERE subject = :subject")
                .param("subject", subject)
                .update();
    }

    /** A new password lifts the lock that guesses at the old one have caused (requirement S1.12). */
    @EventListener
    void lift(PasswordReplaced replaced) {
        jdbc.sql("""
                        UPDATE sign_in_guard SET failures = 0, first_failed_at = NULL, locked_until = NULL
                        WHERE subject = :subject
                        """).param("subject", subject(replaced.account())).update();
    }

    /** What the failures of an account are counted by. */
    static String subject(Account account) {
        return "account:" + account.id();
    }

    @Override
    public String name() {
        return "sign-in guards";
    }

    /** A row says nothing any more once no check runs, no failure counts and no lock holds. */
    @Override
    public int remove(int limit) {
        Instant now = clock.instant();
        return jdbc.sql("""
                        DELETE FROM sign_in_guard WHERE subject IN (
                          SELECT subject FROM sign_in_guard
                          WHERE checking_until <= :idleSince
                            AND (locked_until <= :now
                              OR locked_until IS NULL AND (first_failed_at IS NULL OR first_failed_at <= :windowStart))
                          LIMIT :limit FOR UPDATE SKIP LOCKED)
                        """)
                .param("now", now.atOffset(ZoneOffset.UTC))
                .param("idleSince", now.minus(properties.checkTime()).atOffset(ZoneOffset.UTC))
                .param("windowStart", now.minus(properties.window()).atOffset(ZoneOffset.UTC))
                .param("limit", limit)
                .update();
    }

    /** Ends a lock whose time is over, and failures that lie too far back. */
    private void forget(String subject, Instant now) {
        jdbc.sql("""
                        UPDATE sign_in_guard SET failures = 0, first_failed_at = NULL, locked_until = NULL
                        WHERE subject = :subject
                          AND (locked_until <= :now OR locked_until IS NULL AND first_failed_at <= :windowStart)
                        """)
                .param("subject", subject)
                .param("now", now.atOffset(ZoneOffset.UTC))
                .param("windowStart", now.minus(properties.window()).atOffset(ZoneOffset.UTC))
                .update();
    }

    private Admission lockedOrFull(String subject, Instant now) {
        Optional<Instant> lockedUntil = jdbc.sql(
                        "SELECT locked_until FROM sign_in_guard WHERE subject = :subject AND locked_until > :now")
                .param("subject", subject)
                .param("now", now.atOffset(ZoneOffset.UTC))
                .query((row, _) -> row.getTimestamp("locked_until").toInstant())
                .optional();
        return lockedUntil
                .<Admission>map(until -> new Admission.Locked(Duration.between(now, until)))
                .orElseGet(Admission.Full::new);
    }
}
