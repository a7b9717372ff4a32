package dev.culvert.auth.secondfactor;

import dev.culvert.auth.account.Account;
import dev.culvert.auth.assurance.SecondFactorProperties;
import dev.culvert.auth.opaquetoken.OpaqueToken;
import dev.culvert.auth.token.AllSessionsEnded;
import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.UUID;
import org.springframework.context.event.EventListener;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** Right passwords that wait for their code. A challenge leads to one sign-in and to nothing else. */
@Repository
class SignInChallenges {
    private final JdbcClient jdbc;
    private final SecondFactorProperties properties;
    private final Clock clock;

    SignInChallenges(JdbcClient jdbc, SecondFactorProperties properties, Clock clock) {
        this.jdbc = jdbc;
        this.properties = properties;
        this.clock = clock;
    }

    /**
     * A challenge that is still good.
     *
     * @param name as it was typed
     * @param enrolment whether the app has to be set up first
     */
    record Pending(UUID accountId, String name, boolean enrolment) {}

    /** A new challenge; old ones of everybody whose time is over are forgotten. */
    OpaqueToken issue(Account account, String name, boolean enrolment) {
        Instant now = clock.instant();
        OpaqueToken challenge = OpaqueToken.random();
        jdbc.sql("DELETE FROM sign_in_challenge WHERE expires_at <= :now")
                .param("now", utc(now))
                .update();
        jdbc.sql("""
                        INSERT INTO sign_in_challenge (challenge_hash, account_id, attempted_name, enrolment, expires_at)
                        VALUES (:hash, :accountId, :name, :enrolment, :expiresAt)
                        """)
                .param("hash", challenge.hash())
                .param("accountId", account.id())
                .param("name", name)
                .param("enrolment", enrolment)
                .param("expiresAt", utc(now.plus(properties.challengeLifetime())))
                .update();
        return challenge;
    }

    Optional<Pending> find(OpaqueToken challenge) {
        return jdbc.sql("""
                        SELECT account_id, attempted_name, enrolment FROM sign_in_challenge
                        WHERE challenge_hash = :hash AND used_at IS NULL AND expires_at > :now
                        """)
                .param("hash", challenge.hash())
                .param("now", utc(clock.instant()))
                .query((row, _) -> new Pending(
                        row.getObject("account_id", UUID.class),
                        row.getString("attempted_name"),
                        row.getBoolean("enrolment")))
                .optional();
    }

    /** Uses a challenge up; of parallel attempts one succeeds. */
    boolean redeem(OpaqueToken challenge) {
        return jdbc.sql("""
                        UPDATE sign_in_challenge SET used_at = :now
                        WHERE challenge_hash = :hash AND used_at IS NULL AND expires_at > :now
                        """)
                        .param("hash", challenge.hash())
                        .param("now", utc(clock.instant()))
                        .update()
                == 1;
    }

    /** A password that was right before is not good for a second step any more. */
    @EventListener
    void follow(AllSessionsEnded ended) {
        jdbc.sql("DELETE FROM sign_in_challenge WHERE account_id = :accountId")
                .param("accountId", ended.accountId())
                .update();
    }

    private static OffsetDateTime utc(Instant instant) {
        return instant.atOffset(ZoneOffset.UTC);
    }
}
