package dev.culvert.auth.authorization;

import dev.culvert.auth.authorization.StoredAuthorization.Decision;
import dev.culvert.auth.browser.BrowserSession;
import dev.culvert.auth.opaquetoken.OpaqueToken;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** The stored authorizations; all methods need a transaction in the system scope. */
@Repository
class AuthorizationRows {
    private final JdbcClient jdbc;

    AuthorizationRows(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** What an authorization is found by; of each the digest is stored. */
    enum Handle {
        STATE,
        CODE,
        DEVICE_CODE,
        USER_CODE;

        private String column() {
            return name().toLowerCase(Locale.ROOT) + "_hash";
        }
    }

    /**
     * Stores an authorization on its way to tokens. State and code are replaced; the codes of a device stay as they were
     * first stored. One whose code was exchanged does not change any more.
     */
    void save(StoredAuthorization authorization, Map<Handle, String> handles) {
        JdbcClient.StatementSpec statement = jdbc.sql("""
                        INSERT INTO oauth_authorization AS stored (id, application_id, tenant_id, account_id, grant_type, scopes, request,
                          client_address, signed_in_at, state_hash, code_hash, device_code_hash, user_code_hash, device_decision,
                          created_at, expires_at)
                        VALUES (:id, :applicationId, :tenantId, :accountId, :grantType, :scopes, :request,
                          :clientAddress, :signedInAt, :stateHash, :codeHash, :deviceCodeHash, :userCodeHash, :decision,
                          :createdAt, :expiresAt)
                        ON CONFLICT (id) DO UPDATE SET
                          tenant_id = excluded.tenant_id, account_id = excluded.account_id, scopes = excluded.scopes,
                          client_address = excluded.client_address, signed_in_at = excluded.signed_in_at,
                          state_hash = excluded.state_hash, code_hash = excluded.code_hash,
                          device_decision = excluded.device_decision, expires_at = excluded.expires_at
                        WHERE stored.redeemed_at IS NULL AND stored.device_decision IS NULL
                        """)
                .param("id", authorization.id())
                .param("applicationId", authorization.applicationId())
                .param("grantType", authorization.grantType())
                .param("scopes", authorization.scopes().stream().sorted().toArray(String[]::new))
                .param("request", authorization.request().orElse(null))
                .param(
                        "decision",
                        authorization
                                .decision()
                                .map(AuthorizationRows::wireName)
                                .orElse(null))
                .param("createdAt", time(authorization.createdAt()))
                .param("expiresAt", time(authorization.expiresAt()))
                .param("stateHash", hash(handles.get(Handle.STATE)))
                .param("codeHash", hash(handles.get(Handle.CODE)))
                .param("deviceCodeHash", hash(handles.get(Handle.DEVICE_CODE)))
                .param("userCodeHash", hash(handles.get(Handle.USER_CODE)));
        allowedBy(statement, authorization.allowedBy()).update();
    }

    private static JdbcClient.StatementSpec allowedBy(
            JdbcClient.StatementSpec statement, Optional<BrowserSession> person) {
        return statement
                .param("tenantId", person.map(BrowserSession::tenantId).orElse(null))
                .param("accountId", person.map(BrowserSession::accountId).orElse(null))
                .param(
                        "clientAddress",
                        person.map(BrowserSession::clientAddress).orElse(null))
                .param(
                        "signedInAt",
                        person.map(BrowserSession::signedInAt)
                                .map(AuthorizationRows::time)
                                .orElse(null));
    }

    Optional<StoredAuthorization> find(Handle handle, String value) {
        return jdbc.sql("SELECT * FROM oauth_authorization WHERE " + handle.column() + " = :hash")
                .param("hash", OpaqueToken.of(value).hash())
                .query(AuthorizationRows::authorization)
                .optional();
    }

    Optional<StoredAuthorization> find(UUID id) {
        return jdbc.sql("SELECT * FROM oauth_authorization WHERE id = :id")
                .param("id", id)
                .query(AuthorizationRows::authorization)
                .optional();
    }

    /** The single point that decides who exchanges a code: of parallel attempts one gets the row. */
    boolean redeem(UUID id, Instant now) {
        return jdbc.sql("UPDATE oauth_authorization SET redeemed_at = :now WHERE id = :id AND redeemed_at IS NULL")
                        .param("id", id)
                        .param("now", time(now))
                        .update()
                == 1;
    }

    /** Notes until when the tokens can be renewed, and the key they are bound to. */
    void granted(UUID id, Instant sessionEnd, Optional<String> keyThumbprint) {
        jdbc.sql("UPDATE oauth_authorization SET expires_at = :end, key_thumbprint = :thumbprint WHERE id = :id")
                .param("id", id)
                .param("end", time(sessionEnd))
                .param("thumbprint", keyThumbprint.orElse(null))
                .update();
    }

    /** Decides about a device whose question waits for this person; says whether it still did. */
    boolean decide(String state, UUID accountId, Decision decision) {
        return jdbc.sql("""
                        UPDATE oauth_authorization SET device_decision = :decision, state_hash = NULL
                        WHERE state_hash = :hash AND account_id = :accountId AND device_code_hash IS NOT NULL AND device_decision IS NULL
                        """)
                        .param("hash", OpaqueToken.of(state).hash())
                        .param("accountId", accountId)
                        .param("decision", wireName(decision))
                        .update()
                == 1;
    }

    void delete(UUID id) {
        jdbc.sql("DELETE FROM oauth_authorization WHERE id = :id")
                .param("id", id)
                .update();
    }

    /** Deletes what somebody allowed and no application has fetched yet; says how much. */
    int deleteUnredeemed(UUID accountId) {
        return jdbc.sql("DELETE FROM oauth_authorization WHERE account_id = :accountId AND redeemed_at IS NULL")
                .param("accountId", accountId)
                .update();
    }

    /** Deletes what can lead to nothing any more. */
    int deleteExpired(Instant now) {
        return jdbc.sql("DELETE FROM oauth_authorization WHERE expires_at <= :now")
                .param("now", time(now))
                .update();
    }

    /** Ids of what an application got tokens by. */
    List<UUID> grantsOf(UUID applicationId) {
        return jdbc.sql("SELECT id FROM oauth_authorization WHERE application_id = :id AND redeemed_at IS NOT NULL")
                .param("id", applicationId)
                .query((row, _) -> row.getObject("id", UUID.class))
                .list();
    }

    /** Ids of what an application got, or is about to get, from somebody. */
    List<UUID> grantsOf(UUID applicationId, UUID accountId) {
        return jdbc.sql("SELECT id FROM oauth_authorization WHERE application_id = :id AND account_id = :accountId")
                .param("id", applicationId)
                .param("accountId", accountId)
                .query((row, _) -> row.getObject("id", UUID.class))
                .list();
    }

    private static byte @Nullable [] hash(@Nullable String value) {
        return value == null ? null : OpaqueToken.of(value).hash();
    }

    private static String wireName(Decision decision) {
        return decision.name().toLowerCase(Locale.ROOT);
    }

    private static OffsetDateTime time(Instant instant) {
        return instant.atOffset(ZoneOffset.UTC);
    }

    private static StoredAuthorization authorization(ResultSet row, int rowNumber) throws SQLException {
        return new StoredAuthorization(
                row.getObject("id", UUID.class),
                row.getObject("application_id", UUID.class),
                row.getString("grant_type"),
                allowedBy(row),
                Set.of((String[]) row.getArray("scopes").getArray()),
                Optional.ofNullable(row.getString("request")),
                Optional.ofNullable(row.getString("key_thumbprint")),
                Optional.ofNullable(row.getString("device_decision"))
                        .map(decision -> Decision.valueOf(decision.toUpperCase(Locale.ROOT))),
                row.getTimestamp("created_at").toInstant(),
                row.getTimestamp("expires_at").toInstant(),
                Optional.ofNullable(row.getTimestamp("redeemed_at")).map(Timestamp::toInstant));
    }

    private static Optional<BrowserSession> allowedBy(ResultSet row) throws SQLException {
        if (row.getObject("account_id") == null) {
            return Optional.empty();
        }
        return Optional.of(new BrowserSession(
                row.getObject("tenant_id", UUID.class),
                row.getObject("account_id", UUID.class),
                row.getString("client_address"),
                row.getTimestamp("signed_in_at").toInstant()));
    }
}
