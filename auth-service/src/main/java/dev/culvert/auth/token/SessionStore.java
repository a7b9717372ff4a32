package dev.culvert.auth.token;

import dev.culvert.auth.account.Account;
import dev.culvert.auth.account.Accounts;
import dev.culvert.auth.assurance.Assurance;
import dev.culvert.auth.opaquetoken.OpaqueToken;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** The stored sessions and their refresh tokens. Row-level security shows those of the present tenant, or all. */
@Repository
class SessionStore {
    private static final String RUNNING = "ended_at IS NULL AND least(expires_at, idle_expires_at) > :now";

    private final JdbcClient jdbc;

    SessionStore(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** A used refresh token: the session it belongs to, and what its successor is computed with. */
    record UsedToken(UUID sessionId, Instant usedAt, byte[] successorSalt) {}

    void insert(Session session, String accessTokenId) {
        jdbc.sql("""
                        INSERT INTO session (id, tenant_id, account_id, client_address, user_agent, created_at, last_used_at,
                          expires_at, idle_expires_at, token_hash, proven_at, methods)
                        VALUES (:id, :tenantId, :accountId, :clientAddress, :userAgent, :createdAt, :lastUsedAt,
                          :expiresAt, :idleExpiresAt, :tokenHash, :provenAt, :methods)
                        """)
                .param("id", session.id())
                .param("tenantId", session.tenantId())
                .param("accountId", session.accountId())
                .param("clientAddress", session.clientAddress())
                .param("userAgent", session.userAgent())
                .param("createdAt", utc(session.createdAt()))
                .param("lastUsedAt", utc(session.lastUsedAt()))
                .param("expiresAt", utc(session.expiresAt()))
                .param("idleExpiresAt", utc(session.idleExpiresAt()))
                .param("tokenHash", OpaqueToken.of(accessTokenId).hash())
                .param("provenAt", utc(session.assurance().provenAt()))
                .param("methods", wireNames(session.assurance()))
                .update();
    }

    void insert(OpaqueToken token, UUID sessionId, Instant now, Instant expiresAt) {
        jdbc.sql("""
                        INSERT INTO refresh_token (token_hash, session_id, created_at, expires_at)
                        VALUES (:hash, :sessionId, :now, :expiresAt)
                        """)
                .param("hash", token.hash())
                .param("sessionId", sessionId)
                .param("now", utc(now))
                .param("expiresAt", utc(expiresAt))
                .update();
    }

    /** A session that goes on, and who it belongs to. */
    record Redeemed(Session session, Account owner) {}

    /** The single point that decides who may use a refresh token: of parallel attempts one gets the row. */
    Optional<Redeemed> redeem(OpaqueToken token, byte[] successorSalt, Instant now) {
        return jdbc.sql("""
                        WITH redeemed AS (
                          UPDATE refresh_token SET used_at = :now, successor_salt = :salt
                          WHERE token_hash = :hash AND used_at IS NULL AND expires_at > :now
                          RETURNING session_id)
                        SELECT session.*, %s
                        FROM session JOIN redeemed ON session.id = session_id JOIN account ON account.id = account_id
                        WHERE %s
                        """.formatted(Accounts.JOINED, RUNNING))
                .param("hash", token.hash())
                .param("salt", successorSalt)
                .param("now", utc(now))
                .query((row, number) -> new Redeemed(session(row, number), Accounts.joined(row)))
                .optional();
    }

    /** A token somebody used before. */
    Optional<UsedToken> findUsed(OpaqueToken token) {
        return jdbc.sql("""
                        SELECT session_id, used_at, successor_salt FROM refresh_token
                        WHERE token_hash = :hash AND used_at IS NOT NULL
                        """)
                .param("hash", token.hash())
                .query((row, _) -> new UsedToken(
                        row.getObject("session_id", UUID.class),
                        row.getTimestamp("used_at").toInstant(),
                        row.getBytes("successor_salt") == null ? new byte[0] : row.getBytes("successor_salt")))
                .optional();
    }

    /**
     * Notes that a session goes on, with other tokens; false, and no token is stored, when it has ended meanwhile.
     *
     * @param expiresAt of the refresh token
     */
    boolean renew(
            UUID id,
            String accessTokenId,
            OpaqueToken refreshToken,
            Instant now,
            Instant idleExpiresAt,
            Instant expiresAt) {
        return jdbc.sql("""
                        WITH renewed AS (
                          UPDATE session SET last_used_at = :now, idle_expires_at = :idleExpiresAt, token_hash = :tokenHash
                          WHERE id = :id AND ended_at IS NULL
                          RETURNING id)
                        INSERT INTO refresh_token (token_hash, session_id, created_at, expires_at)
                        SELECT :refreshHash, id, :now, :expiresAt FROM renewed
                        """)
                        .param("id", id)
                        .param("now", utc(now))
                        .param("idleExpiresAt", utc(idleExpiresAt))
                        .param("tokenHash", OpaqueToken.of(accessTokenId).hash())
                        .param("refreshHash", refreshToken.hash())
                        .param("expiresAt", utc(expiresAt))
                        .update()
                == 1;
    }

    /** Notes that the owner of a session has just proven who they are, and that this token says so. */
    void prove(UUID id, Assurance assurance, String accessTokenId) {
        jdbc.sql("UPDATE session SET proven_at = :provenAt, methods = :methods, token_hash = :tokenHash WHERE id = :id")
                .param("id", id)
                .param("provenAt", utc(assurance.provenAt()))
                .param("methods", wireNames(assurance))
                .param("tokenHash", OpaqueToken.of(accessTokenId).hash())
                .update();
    }

    private static String[] wireNames(Assurance assurance) {
        return assurance.methods().stream().map(Assurance.Method::wireName).toArray(String[]::new);
    }

    /** A running session, locked until the transaction ends. */
    Optional<Session> lockRunning(UUID id, Instant now) {
        return jdbc.sql("SELECT * FROM session WHERE id = :id AND " + RUNNING + " FOR UPDATE")
                .param("id", id)
                .param("now", utc(now))
                .query(SessionStore::session)
                .optional();
    }

    Optional<Session> findRunning(UUID id, Instant now) {
        return jdbc.sql("SELECT * FROM session WHERE id = :id AND " + RUNNING)
                .param("id", id)
                .param("now", utc(now))
                .query(SessionStore::session)
                .optional();
    }

    /** Whether a session runs and this token of it was not ended alone. */
    boolean good(UUID id, String tokenId, Instant now) {
        return jdbc.sql("SELECT EXISTS (SELECT FROM session WHERE id = :id AND " + RUNNING
                        + ") AND NOT EXISTS (SELECT FROM ended_token WHERE token_id = :tokenId)")
                .param("id", id)
                .param("tokenId", tokenId)
                .param("now", utc(now))
                .query(Boolean.class)
                .single();
    }

    int removeEndedTokens(int limit, Instant before) {
        return jdbc.sql("""
                        DELETE FROM ended_token WHERE token_id IN (
                          SELECT token_id FROM ended_token WHERE expires_at < :before LIMIT :limit FOR UPDATE SKIP LOCKED)
                        """).param("limit", limit).param("before", utc(before)).update();
    }

    /** The running sessions of an account, the one used last first. */
    List<Session> findRunningOf(UUID accountId, Instant now) {
        return jdbc.sql("SELECT * FROM session WHERE account_id = :accountId AND " + RUNNING
                        + " ORDER BY last_used_at DESC, id")
                .param("accountId", accountId)
                .param("now", utc(now))
                .query(SessionStore::session)
                .list();
    }

    /** Ends a session that has not ended yet; of parallel attempts one gets it. */
    Optional<Session> end(UUID id, EndReason reason, Instant now) {
        return jdbc.sql("""
                        UPDATE session SET ended_at = :now, end_reason = :reason WHERE id = :id AND ended_at IS NULL
                        RETURNING *
                        """)
                .param("id", id)
                .param("reason", reason.wireName())
                .param("now", utc(now))
                .query(SessionStore::session)
                .optional();
    }

    /** Ends every session of an account but one. */
    List<Session> endAllOf(UUID accountId, @Nullable UUID kept, EndReason reason, Instant now) {
        return jdbc.sql("""
                        UPDATE session SET ended_at = :now, end_reason = :reason
                        WHERE account_id = :accountId AND ended_at IS NULL AND id IS DISTINCT FROM cast(:kept AS uuid)
                        RETURNING *
                        """)
                .param("accountId", accountId)
                .param("kept", kept)
                .param("reason", reason.wireName())
                .param("now", utc(now))
                .query(SessionStore::session)
                .list();
    }

    /** Ends some of the sessions whose time is over, leaving those that somebody else is at. */
    List<Session> endTimedOut(int limit, Instant now) {
        return jdbc.sql("""
                        UPDATE session SET ended_at = :now, end_reason = :reason
                        WHERE id IN (
                          SELECT id FROM session WHERE ended_at IS NULL AND least(expires_at, idle_expires_at) <= :now
                          LIMIT :limit FOR UPDATE SKIP LOCKED)
                        RETURNING *
                        """)
                .param("limit", limit)
                .param("reason", EndReason.TIMED_OUT.wireName())
                .param("now", utc(now))
                .query(SessionStore::session)
                .list();
    }

    int removeEnded(int limit, Instant before) {
        return jdbc.sql("""
                        DELETE FROM session WHERE id IN (
                          SELECT id FROM session WHERE ended_at < :before LIMIT :limit FOR UPDATE SKIP LOCKED)
                        """).param("limit", limit).param("before", utc(before)).update();
    }

    int removeExpiredTokens(int limit, Instant before) {
        return jdbc.sql("""
                        DELETE FROM refresh_token WHERE token_hash IN (
                          SELECT token_hash FROM refresh_token WHERE expires_at < :before
                          LIMIT :limit FOR UPDATE SKIP LOCKED)
                        """).param("limit", limit).param("before", utc(before)).update();
    }

    private static OffsetDateTime utc(Instant moment) {
        return moment.atOffset(ZoneOffset.UTC);
    }

    private static Session session(ResultSet row, int rowNumber) throws SQLException {
        Instant expiresAt = row.getTimestamp("expires_at").toInstant();
        Timestamp idleExpiresAt = row.getTimestamp("idle_expires_at");
        return new Session(
                row.getObject("id", UUID.class),
                row.getObject("tenant_id", UUID.class),
                row.getObject("account_id", UUID.class),
                row.getString("client_address"),
                row.getString("user_agent"),
                row.getTimestamp("created_at").toInstant(),
                row.getTimestamp("last_used_at").toInstant(),
                expiresAt,
                idleExpiresAt == null ? expiresAt : idleExpiresAt.toInstant(),
                Assurance.of(row.getTimestamp("proven_at").toInstant(), Set.of((String[])
                        row.getArray("methods").getArray())));
    }
}
