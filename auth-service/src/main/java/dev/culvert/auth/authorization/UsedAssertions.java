package dev.culvert.auth.authorization;

import dev.culvert.auth.cleanup.Leftovers;
import dev.culvert.auth.opaquetoken.OpaqueToken;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** Assertions of applications that were used; shared by all instances, so that each is good once anywhere. */
@Repository
class UsedAssertions implements Leftovers {
    private final JdbcClient jdbc;
    private final SystemWork work;
    private final Clock clock;

    UsedAssertions(JdbcClient jdbc, SystemWork work, Clock clock) {
        this.jdbc = jdbc;
        this.work = work;
        this.clock = clock;
    }

    /** Whether this is the first use of the assertion: of parallel ones one is. */
    boolean use(UUID applicationId, String tokenId, Instant expiresAt) {
        return work.call(() -> jdbc.sql("""
                                INSERT INTO client_assertion (application_id, token_id_hash, expires_at)
                                VALUES (:applicationId, :hash, :expiresAt) ON CONFLICT DO NOTHING
                                """)
                        .param("applicationId", applicationId)
                        .param("hash", OpaqueToken.of(tokenId).hash())
                        .param("expiresAt", expiresAt.atOffset(ZoneOffset.UTC))
                        .update())
                == 1;
    }

    @Override
    public String name() {
        return "used client assertions";
    }

    /** Longer than any clock may be off, so that none is forgotten that is still accepted. */
    @Override
    public int remove(int limit) {
        return jdbc.sql("""
                        DELETE FROM client_assertion WHERE (application_id, token_id_hash) IN (
                          SELECT application_id, token_id_hash FROM client_assertion WHERE expires_at < :before
                          LIMIT :limit FOR UPDATE SKIP LOCKED)
                        """)
                .param("limit", limit)
                .param(
                        "before",
                        clock.instant()
                                .minus(ClientAssertions.SKEW.multipliedBy(2))
                                .atOffset(ZoneOffset.UTC))
                .update();
    }
}
