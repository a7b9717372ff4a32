package dev.culvert.auth.application;

import dev.culvert.auth.application.Application.PreviousSecret;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** The stored applications. Row-level security shows those of the current tenant, or all in the system scope. */
@Repository
public class Applications {
    private static final Duration USE_NOTED_AGAIN_AFTER = Duration.ofMinutes(1);

    private final JdbcClient jdbc;

    Applications(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** The application of a client id. */
    public Optional<Application> find(UUID id) {
        return jdbc.sql("SELECT * FROM oauth_application WHERE id = :id")
                .param("id", id)
                .query(Applications::application)
                .optional();
    }

    /** The same, locked until the transaction ends. */
    public Optional<Application> findForUpdate(UUID id) {
        return jdbc.sql("SELECT * FROM oauth_application WHERE id = :id FOR UPDATE")
                .param("id", id)
                .query(Applications::application)
                .optional();
    }

    /** Notes the session of the tokens the application gets for itself. */
    public void setServiceSession(UUID id, UUID sessionId) {
        jdbc.sql("UPDATE oauth_application SET service_session_id = :sessionId WHERE id = :id")
                .param("id", id)
                .param("sessionId", sessionId)
                .update();
    }

    Optional<Application> findOwn(UUID accountId, UUID id) {
        return jdbc.sql("SELECT * FROM oauth_application WHERE id = :id AND account_id = :accountId")
                .param("id", id)
                .param("accountId", accountId)
                .query(Applications::application)
                .optional();
    }

    /** A user's applications, newest first. */
    List<Application> list(UUID accountId, int limit, int offset) {
        return jdbc.sql("""
                        SELECT * FROM oauth_application WHERE account_id = :accountId
                        ORDER BY created_at DESC, id LIMIT :limit OFFSET :offset
                        """)
                .param("accountId", accountId)
                .param("limit", limit)
                .param("offset", offset)
                .query(Applications::application)
                .list();
    }

    long count(UUID accountId) {
        return jdbc.sql("SELECT count(*) FROM oauth_application WHERE account_id = :accountId")
                .param("accountId", accountId)
                .query(Long.class)
                .single();
    }

    void insert(Application application) {
        values(jdbc.sql("""
                        INSERT INTO oauth_application (id, tenant_id, account_id, name, redirect_uris, post_logout_redirect_uris,
                          scopes, confidential, trusted, device_flow, secret_digest, created_at, updated_at)
                        VALUES (:id, :tenantId, :accountId, :name, :redirectUris, :postLogoutRedirectUris,
                          :scopes, :confidential, :trusted, :deviceFlow, :secretDigest, :createdAt, :updatedAt)
                        """), application)
                .param("tenantId", application.tenantId())
                .param("accountId", application.accountId())
                .param("confidential", application.confidential())
                .param("secretDigest", application.secretDigest().orElse(null))
                .param("createdAt", application.createdAt().atOffset(ZoneOffset.UTC))
                .update();
    }

    /** Writes what an owner can change. */
    void update(Application application) {
        values(jdbc.sql("""
                        UPDATE oauth_application SET name = :name, redirect_uris = :redirectUris,
                          post_logout_redirect_uris = :postLogoutRedirectUris, scopes = :scopes,
                          trusted = :trusted, device_flow = :deviceFlow, updated_at = :updatedAt
                        WHERE id = :id
                        """), application).update();
    }

    /** Replaces the secret; the one before goes on until a time, one that was still going on from before that ends. */
    void replaceSecret(UUID id, String digest, Optional<Instant> previousUntil, Instant now) {
        jdbc.sql("""
                        UPDATE oauth_application SET secret_digest = :digest, updated_at = :now,
                          previous_secret_digest = CASE WHEN cast(:until AS timestamptz) IS NOT NULL THEN secret_digest END,
                          previous_secret_valid_until = cast(:until AS timestamptz), previous_secret_last_used_at = NULL
                        WHERE id = :id
                        """)
                .param("id", id)
                .param("digest", digest)
                .param("until", previousUntil.map(Applications::utc).orElse(null))
                .param("now", utc(now))
                .update();
    }

    /** Sets or removes the keys an application proves itself with. */
    void setKeys(UUID id, Optional<String> jwks, Instant now) {
        jdbc.sql("UPDATE oauth_application SET jwks = :jwks, updated_at = :now WHERE id = :id")
                .param("id", id)
                .param("jwks", jwks.orElse(null))
                .param("now", utc(now))
                .update();
    }

    /** Ends the secret before the present one. */
    void endPreviousSecret(UUID id) {
        jdbc.sql("""
                        UPDATE oauth_application SET previous_secret_digest = NULL, previous_secret_valid_until = NULL,
                          previous_secret_last_used_at = NULL
                        WHERE id = :id
                        """).param("id", id).update();
    }

    /** Notes that the secret before the present one is still used; at most once a minute, so that it costs little. */
    public void previousSecretUsed(UUID id, Instant now) {
        jdbc.sql("""
                        UPDATE oauth_application SET previous_secret_last_used_at = :now
                        WHERE id = :id AND previous_secret_digest IS NOT NULL
                          AND (previous_secret_last_used_at IS NULL OR previous_secret_last_used_at < :before)
                        """)
                .param("id", id)
                .param("now", utc(now))
                .param("before", utc(now.minus(USE_NOTED_AGAIN_AFTER)))
                .update();
    }

    void delete(UUID id) {
        jdbc.sql("DELETE FROM oauth_application WHERE id = :id").param("id", id).update();
    }

    private static JdbcClient.StatementSpec values(JdbcClient.StatementSpec statement, Application application) {
        return statement
                .param("id", application.id())
                .param("name", application.name())
                .param("redirectUris", application.redirectUris().toArray(String[]::new))
                .param(
                        "postLogoutRedirectUris",
                        application.postLogoutRedirectUris().toArray(String[]::new))
                .param("scopes", application.scopes().stream().sorted().toArray(String[]::new))
                .param("trusted", application.trusted())
                .param("deviceFlow", application.deviceFlow())
                .param("updatedAt", application.updatedAt().atOffset(ZoneOffset.UTC));
    }

    private static OffsetDateTime utc(Instant instant) {
        return instant.atOffset(ZoneOffset.UTC);
    }

    private static Optional<PreviousSecret> previousSecret(ResultSet row) throws SQLException {
        String digest = row.getString("previous_secret_digest");
        if (digest == null) {
            return Optional.empty();
        }
        return Optional.of(new PreviousSecret(
                digest,
                row.getTimestamp("previous_secret_valid_until").toInstant(),
                Optional.ofNullable(row.getTimestamp("previous_secret_last_used_at"))
                        .map(Timestamp::toInstant)));
    }

    /** The application in a row of {@code oauth_application}. */
    public static Application application(ResultSet row, int rowNumber) throws SQLException {
        return new Application(
                row.getObject("id", UUID.class),
                row.getObject("tenant_id", UUID.class),
                row.getObject("account_id", UUID.class),
                row.getString("name"),
                List.of((String[]) row.getArray("redirect_uris").getArray()),
                List.of((String[]) row.getArray("post_logout_redirect_uris").getArray()),
                Set.of((String[]) row.getArray("scopes").getArray()),
                row.getBoolean("trusted"),
                row.getBoolean("device_flow"),
                Optional.ofNullable(row.getString("secret_digest")),
                previousSecret(row),
                Optional.ofNullable(row.getString("jwks")),
                Optional.ofNullable(row.getObject("service_session_id", UUID.class)),
                row.getTimestamp("created_at").toInstant(),
                row.getTimestamp("updated_at").toInstant());
    }
}
