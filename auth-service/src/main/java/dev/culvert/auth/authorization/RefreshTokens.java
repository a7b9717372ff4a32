package dev.culvert.auth.authorization;

import dev.culvert.auth.opaquetoken.OpaqueToken;
import dev.culvert.platform.secret.SecretCipher;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HexFormat;
import java.util.Optional;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/**
 * The stored refresh tokens of applications, by digest; all methods need a transaction in the system scope. A used token
 * keeps its successor sealed, so that whoever repeats a request whose answer was lost gets the same one again.
 */
@Repository
class RefreshTokens {
    private final JdbcClient jdbc;
    private final SecretCipher cipher;

    RefreshTokens(JdbcClient jdbc, SecretCipher cipher) {
        this.jdbc = jdbc;
        this.cipher = cipher;
    }

    /** A token that exists. */
    record Stored(UUID authorizationId, Instant expiresAt, Optional<Instant> usedAt, Optional<OpaqueToken> successor) {}

    void insert(OpaqueToken token, UUID authorizationId, Instant now, Instant expiresAt) {
        jdbc.sql("""
                        INSERT INTO oauth_refresh_token (token_hash, authorization_id, created_at, expires_at)
                        VALUES (:hash, :authorizationId, :now, :expiresAt)
                        """)
                .param("hash", token.hash())
                .param("authorizationId", authorizationId)
                .param("now", now.atOffset(ZoneOffset.UTC))
                .param("expiresAt", expiresAt.atOffset(ZoneOffset.UTC))
                .update();
    }

    Optional<Stored> find(OpaqueToken token) {
        return jdbc.sql("""
                        SELECT authorization_id, expires_at, used_at, sealed_successor
                        FROM oauth_refresh_token WHERE token_hash = :hash
                        """)
                .param("hash", token.hash())
                .query((row, _) -> new Stored(
                        row.getObject("authorization_id", UUID.class),
                        row.getTimestamp("expires_at").toInstant(),
                        Optional.ofNullable(row.getTimestamp("used_at")).map(Timestamp::toInstant),
                        Optional.ofNullable(row.getString("sealed_successor"))
                                .map(text -> OpaqueToken.of(cipher.open(text, context(token))))))
                .optional();
    }

    /** The single point that decides which successor a token has: of parallel attempts one sets it. */
    boolean use(OpaqueToken token, OpaqueToken successor, Instant now) {
        return jdbc.sql("""
                        UPDATE oauth_refresh_token SET used_at = :now, sealed_successor = :successor
                        WHERE token_hash = :hash AND used_at IS NULL
                        """)
                        .param("hash", token.hash())
                        .param("successor", cipher.seal(successor.value(), context(token)))
                        .param("now", now.atOffset(ZoneOffset.UTC))
                        .update()
                == 1;
    }

    /** Deletes what has expired, and successors nobody can ask for any more. */
    void clean(Instant now, Instant graceStart) {
        jdbc.sql("DELETE FROM oauth_refresh_token WHERE expires_at <= :now")
                .param("now", now.atOffset(ZoneOffset.UTC))
                .update();
        jdbc.sql(
                        "UPDATE oauth_refresh_token SET sealed_successor = NULL WHERE sealed_successor IS NOT NULL AND used_at < :start")
                .param("start", graceStart.atOffset(ZoneOffset.UTC))
                .update();
    }

    private static String context(OpaqueToken token) {
        return "oauth-refresh-successor:" + HexFormat.of().formatHex(token.hash());
    }
}
