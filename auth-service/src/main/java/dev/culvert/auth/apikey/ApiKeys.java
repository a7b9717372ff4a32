package dev.culvert.auth.apikey;

import java.security.MessageDigest;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.springframework.jdbc.core.namedparam.MapSqlParameterSource;
import org.springframework.jdbc.core.namedparam.NamedParameterJdbcOperations;
import org.springframework.jdbc.core.namedparam.SqlParameterSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** The stored keys. Row-level security shows those of the current tenant, or all in the system scope. */
@Repository
class ApiKeys {
    private static final String COLUMNS =
            "id, tenant_id, account_id, name, prefix, scopes, created_at, expires_at, revoked_at, last_used_at";

    private final JdbcClient jdbc;
    private final NamedParameterJdbcOperations batches;

    ApiKeys(JdbcClient jdbc, NamedParameterJdbcOperations batches) {
        this.jdbc = jdbc;
        this.batches = batches;
    }

    void insert(ApiKey key, byte[] digest) {
        jdbc.sql("""
                        INSERT INTO api_key (id, tenant_id, account_id, name, prefix, digest, scopes, created_at, expires_at)
                        VALUES (:id, :tenantId, :accountId, :name, :prefix, :digest, :scopes, :createdAt, :expiresAt)
                        """)
                .param("id", key.id())
                .param("tenantId", key.tenantId())
                .param("accountId", key.accountId())
                .param("name", key.name())
                .param("prefix", key.prefix())
                .param("digest", digest)
                .param("scopes", key.scopes().stream().sorted().toArray(String[]::new))
                .param("createdAt", key.createdAt().atOffset(ZoneOffset.UTC))
                .param(
                        "expiresAt",
                        key.expiresAt().map(end -> end.atOffset(ZoneOffset.UTC)).orElse(null))
                .update();
    }

    Optional<ApiKey> find(UUID accountId, UUID id) {
        return jdbc.sql("SELECT " + COLUMNS + " FROM api_key WHERE id = :id AND account_id = :accountId")
                .param("id", id)
                .param("accountId", accountId)
                .query(ApiKeys::key)
                .optional();
    }

    /** The key of a prefix if its text has this digest; compared in constant time. */
    Optional<ApiKey> findGenuine(String prefix, byte[] digest) {
        return jdbc.sql("SELECT " + COLUMNS + ", digest FROM api_key WHERE prefix = :prefix")
                .param("prefix", prefix)
                .query((row, number) -> MessageDigest.isEqual(row.getBytes("digest"), digest)
                        ? Optional.of(key(row, number))
                        : Optional.<ApiKey>empty())
                .optional()
                .flatMap(genuine -> genuine);
    }

    /** A user's keys, newest first. */
    List<ApiKey> list(UUID accountId, int limit, int offset) {
        return jdbc.sql("SELECT " + COLUMNS + """
                         FROM api_key WHERE account_id = :accountId
                        ORDER BY created_at DESC, id LIMIT :limit OFFSET :offset
                        """)
                .param("accountId", accountId)
                .param("limit", limit)
                .param("offset", offset)
                .query(ApiKeys::key)
                .list();
    }

    long count(UUID accountId) {
        return jdbc.sql("SELECT count(*) FROM api_key WHERE account_id = :accountId")
                .param("accountId", accountId)
                .query(Long.class)
                .single();
    }

    long countActive(UUID accountId, Instant now) {
        return jdbc.sql("""
                        SELECT count(*) FROM api_key
                        WHERE account_id = :accountId AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > :now)
                        """)
                .param("accountId", accountId)
                .param("now", now.atOffset(ZoneOffset.UTC))
                .query(Long.class)
                .single();
    }

    /** Says whether this call ended the key's life. */
    boolean revoke(UUID id, Instant now) {
        return jdbc.sql("UPDATE api_key SET revoked_at = :now WHERE id = :id AND revoked_at IS NULL")
                        .param("id", id)
                        .param("now", now.atOffset(ZoneOffset.UTC))
                        .update()
                == 1;
    }

    /** Moves times of last use forward, never back, whatever order instances write in. */
    void used(Map<UUID, Instant> times) {
        SqlParameterSource[] rows = times.entrySet().stream()
                .map(use -> new MapSqlParameterSource("id", use.getKey())
                        .addValue("at", use.getValue().atOffset(ZoneOffset.UTC)))
                .toArray(SqlParameterSource[]::new);
        batches.batchUpdate("UPDATE api_key SET last_used_at = greatest(last_used_at, :at) WHERE id = :id", rows);
    }

    private static ApiKey key(ResultSet row, int rowNumber) throws SQLException {
        return new ApiKey(
                row.getObject("id", UUID.class),
                row.getObject("tenant_id", UUID.class),
                row.getObject("account_id", UUID.class),
                row.getString("name"),
                row.getString("prefix"),
                Set.of((String[]) row.getArray("scopes").getArray()),
                row.getTimestamp("created_at").toInstant(),
                Optional.ofNullable(row.getTimestamp("expires_at")).map(Timestamp::toInstant),
                Optional.ofNullable(row.getTimestamp("revoked_at")).map(Timestamp::toInstant),
                Optional.ofNullable(row.getTimestamp("last_used_at")).map(Timestamp::toInstant));
    }
}
