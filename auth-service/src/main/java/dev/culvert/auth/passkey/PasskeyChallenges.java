package dev.culvert.auth.passkey;

import dev.culvert.auth.cleanup.Leftovers;
import dev.culvert.auth.opaquetoken.OpaqueToken;
import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/**
 * Challenges that wait for an answer of a passkey. What browsers get is the value of an opaque token, which is the
 * challenge's 32 bytes in base64url, as they put it into the client data. Needs a transaction.
 */
@Repository
class PasskeyChallenges implements Leftovers {
    private final JdbcClient jdbc;
    private final PasskeyProperties properties;
    private final Clock clock;

    PasskeyChallenges(JdbcClient jdbc, PasskeyProperties properties, Clock clock) {
        this.jdbc = jdbc;
        this.properties = properties;
        this.clock = clock;
    }

    /** A new challenge for an account, or for whoever answers it. */
    OpaqueToken issue(Purpose purpose, Optional<UUID> accountId) {
        OpaqueToken challenge = OpaqueToken.random();
        jdbc.sql("""
                        INSERT INTO passkey_challenge (challenge_hash, purpose, account_id, expires_at)
                        VALUES (:hash, :purpose, :accountId, :expiresAt)
                        """)
                .param("hash", challenge.hash())
                .param("purpose", purpose.wireName())
                .param("accountId", accountId.orElse(null))
                .param("expiresAt", utc(clock.instant().plus(properties.challengeLifetime())))
                .update();
        return challenge;
    }

    /** Uses a challenge up if it was given for this; of parallel attempts one succeeds, as one deletes the row. */
    boolean redeem(OpaqueToken challenge, Purpose purpose, Optional<UUID> accountId) {
        return jdbc.sql("""
                        DELETE FROM passkey_challenge
                        WHERE challenge_hash = :hash AND purpose = :purpose AND expires_at > :now
                          AND account_id IS NOT DISTINCT FROM CAST(:accountId AS uuid)
                        """)
                        .param("hash", challenge.hash())
                        .param("purpose", purpose.wireName())
                        .param("accountId", accountId.orElse(null))
                        .param("now", utc(clock.instant()))
                        .update()
                == 1;
    }

    @Override
    public String name() {
        return "passkey challenges";
    }

    @Override
    public int remove(int limit) {
        return jdbc.sql("""
                        DELETE FROM passkey_challenge WHERE challenge_hash IN (
                          SELECT challenge_hash FROM passkey_challenge WHERE expires_at <= :now
                          LIMIT :limit FOR UPDATE SKIP LOCKED)
                        """)
                .param("now", utc(clock.instant()))
                .param("limit", limit)
                .update();
    }

    private static OffsetDateTime utc(Instant instant) {
        return instant.atOffset(ZoneOffset.UTC);
    }
}
