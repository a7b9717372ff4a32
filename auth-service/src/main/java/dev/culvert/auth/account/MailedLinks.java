package dev.culvert.auth.account;

import dev.culvert.auth.cleanup.Leftovers;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Tokens of mailed links; they stay a day longer than they work, so that a late click is told why. */
@Component
class MailedLinks implements Leftovers {
    private static final Duration EXPLAINED = Duration.ofDays(1);

    private final JdbcClient jdbc;
    private final Clock clock;

    MailedLinks(JdbcClient jdbc, Clock clock) {
        this.jdbc = jdbc;
        this.clock = clock;
    }

    @Override
    public String name() {
        return "mailed links";
    }

    @Override
    public int remove(int limit) {
        Instant end = clock.instant().minus(EXPLAINED);
        return jdbc.sql("""
                        WITH resets AS (
                          DELETE FROM password_reset WHERE token_hash IN (
                            SELECT token_hash FROM password_reset WHERE expires_at < :end
                            LIMIT :limit FOR UPDATE SKIP LOCKED)
                          RETURNING 1),
                        verifications AS (
                          DELETE FROM email_verification WHERE token_hash IN (
                            SELECT token_hash FROM email_verification WHERE expires_at < :end
                            LIMIT :limit FOR UPDATE SKIP LOCKED)
                          RETURNING 1)
                        SELECT (SELECT count(*) FROM resets) + (SELECT count(*) FROM verifications)
                        """)
                .param("end", end.atOffset(ZoneOffset.UTC))
                .param("limit", limit)
                .query(Integer.class)
                .single();
    }
}
