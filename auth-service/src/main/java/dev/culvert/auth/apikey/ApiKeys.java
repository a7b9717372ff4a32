package dev.culvert.auth.apikey;

import dev.culvert.auth.account.Account;
import dev.culvert.auth.account.Accounts;
import java.security.MessageDigest;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** The stored keys. Row-level security shows those of the current tenant, or all in the system scope. */
@Repository
class ApiKeys {
    private final JdbcClient jdbc;

    ApiKeys(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    void insert(ApiKey key, byte[] digest) {
        jdbc.sql("""
                        INSERT INTO api_key (
                          id, tenant_id, account_id, prefix, digest, version, created_at, rotated_from_id,
                          name, description, scopes, allowed_networks,
                          limit_minute, limit_hour, limit_day, limit_month, expires_at)
                        VALUES (
                          :id, :tenantId, :accountId, :prefix, :digest, :version, :createdAt, :rotatedFromId,
                          :name, :description, :scopes, :allowedNetworks,
                          :minute, :hour, :day, :month, :expiresAt)
                        """)
                .param("id", key.id())
                .param("tenantId", key.tenantId())
                .param("accountId", key.accountId())
                .param("prefix", key.prefix())
                .param("digest", digest)
                .param("version", key.version())
                .param("createdAt", key.createdAt().atOffset(ZoneOffset.UTC))
                .param("rotatedFromId", key.rotatedFromId().orElse(null))
                .params(columns(key.terms()))
                .update();
    }

    Optional<ApiKey> find(UUID accountId, UUID id) {
        return jdbc.sql("SELECT * FROM api_key WHERE id = :id AND account_id = :accountId")
                .param("id", id)
                .param("accountId", accountId)
                .query(ApiKeys::key)
                .optional();
    }

    /** The same, and nobody else changes the key before this transaction ends. */
    Optional<ApiKey> lock(UUID accountId, UUID id) {
        return jdbc.sql("SELECT * FROM api_key WHERE id = :id AND account_id = :accountId FOR UPDATE")
                .param("id", id)
                .param("accountId", accountId)
                .query(ApiKeys::key)
                .optional();
    }

    /** A key, and the account it acts for. */
    record Owned(ApiKey key, Account owner) {}

    /** The key of a prefix if its text has this digest; compared in constant time. */
    Optional<Owned> findGenuine(String prefix, byte[] digest) {
        return jdbc.sql("SELECT api_key.*, " + Accounts.JOINED
                        + " FROM api_key JOIN account ON account.id = account_id WHERE prefix = :prefix")
                .param("prefix", prefix)
                .query((row, number) -> MessageDigest.isEqual(row.getBytes("digest"), digest)
                        ? Optional.of(new Owned(key(row, number), Accounts.joined(row)))
                        : Optional.<Owned>empty())
                .optional()
                .flatMap(genuine -> genuine);
    }

    /** A user's keys, newest first. */
    List<ApiKey> list(UUID accountId, int limit, int offset) {
        return jdbc.sql("""
                        SELECT * FROM api_key WHERE account_id = :accountId
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

    /** Keys of everybody that work now. */
    long countActive(Instant now) {
        return jdbc.sql("""
                        SELECT count(*) FROM api_key
                        WHERE revoked_at IS NULL AND (expires_at IS NULL OR expires_at > :now)
                        """)
                .param("now", now.atOffset(ZoneOffset.UTC))
                .query(Long.class)
                .single();
    }

    /** Gives a key other terms. */
    void change(UUID id, KeyTerms terms) {
        jdbc.sql("""
                        UPDATE api_key SET
                          name = :name, description = :description, scopes = :scopes,
                          allowed_networks = :allowedNetworks, limit_minute = :minute, limit_hour = :hour,
                          limit_day = :day, limit_month = :month, expires_at = :expiresAt,
                          version = version + 1
                        WHERE id = :id
                        """).param("id", id).params(columns(terms)).update();
    }

    /** Puts another key in the place of this one, which ends with the overlap. */
    void replace(UUID id, UUID successorId, Instant now, Instant validUntil) {
        jdbc.sql("""
                        UPDATE api_key SET
                          replaced_by_id = :successorId, rotated_at = :now, expires_at = :validUntil, version = version + 1
                        WHERE id = :id
                        """)
                .param("id", id)
                .param("successorId", successorId)
                .param("now", now.atOffset(ZoneOffset.UTC))
                .param("validUntil", validUntil.atOffset(ZoneOffset.UTC))
                .update();
    }

    /** Says whether this call ended the key's life. */
    boolean revoke(UUID id, Instant now) {
        return jdbc.sql("UPDATE api_key SET revoked_at = :now WHERE id = :id AND revoked_at IS NULL")
                        .param("id", id)
                        .param("now", now.atOffset(ZoneOffset.UTC))
                        .update()
                == 1;
    }

    /** Marks keys whose time is over and returns those that were not marked before, each to one caller only. */
    List<ApiKey> expire(Instant now, int atMost) {
        return jdbc.sql("""
                        UPDATE api_key SET expiry_announced_at = :now
                        WHERE id IN (
                          SELECT id FROM api_key
                          WHERE revoked_at IS NULL AND expiry_announced_at IS NULL AND expires_at <= :now
                          LIMIT :atMost FOR UPDATE SKIP LOCKED)
                        RETURNING *
                        """)
                .param("now", now.atOffset(ZoneOffset.UTC))
                .param("atMost", atMost)
                .query(ApiKeys::key)
                .list();
    }

    /** Moves the time of last use forward, never back, whatever order instances write in. */
    void used(UUID id, Instant at) {
        jdbc.sql("UPDATE api_key SET last_used_at = greatest(last_used_at, :at) WHERE id = :id")
                .param("id", id)
                .param("at", at.atOffset(ZoneOffset.UTC))
                .update();
    }

    /** The key if its use was not announced since a time; then it counts as announced now. */
    Optional<ApiKey> announceUse(UUID id, Instant since, Instant now) {
        return jdbc.sql("""
                        UPDATE api_key SET use_announced_at = :now
                        WHERE id = :id AND (use_announced_at IS NULL OR use_announced_at <= :since)
                        RETURNING *
                        """)
                .param("id", id)
                .param("since", since.atOffset(ZoneOffset.UTC))
                .param("now", now.atOffset(ZoneOffset.UTC))
                .query(ApiKeys::key)
                .optional();
    }

    private static Map<String, @Nullable Object> columns(KeyTerms terms) {
        Map<String, @Nullable Object> columns = new HashMap<>();
        columns.put("name", terms.name());
        columns.put("description", terms.description());
        columns.put("scopes", terms.scopes().stream().sorted().toArray(String[]::new));
        columns.put("allowedNetworks", terms.allowedNetworks().toArray(String[]::new));
        columns.put("minute", terms.limits().minute());
        columns.put("hour", terms.limits().hour());
        columns.put("day", terms.limits().day());
        columns.put("month", terms.limits().month().orElse(null));
        columns.put("expiresAt", terms.expiresAt().map(ApiKeys::utc).orElse(null));
        return columns;
    }

    private static OffsetDateTime utc(Instant instant) {
        return instant.atOffset(ZoneOffset.UTC);
    }

    private static ApiKey key(ResultSet row, int rowNumber) throws SQLException {
        Optional<Instant> rotatedAt = time(row, "rotated_at");
        return new ApiKey(
                row.getObject("id", UUID.class),
                row.getObject("tenant_id", UUID.class),
                row.getObject("account_id", UUID.class),
                row.getString("prefix"),
                terms(row),
                row.getInt("version"),
                row.getTimestamp("created_at").toInstant(),
                time(row, "revoked_at"),
                time(row, "last_used_at"),
                Optional.ofNullable(row.getObject("rotated_from_id", UUID.class)),
                Optional.ofNullable(row.getObject("replaced_by_id", UUID.class))
                        .flatMap(id -> rotatedAt.map(since -> new ApiKey.Successor(id, since))));
    }

    private static KeyTerms terms(ResultSet row) throws SQLException {
        return new KeyTerms(
                row.getString("name"),
                row.getString("description"),
                Set.of((String[]) row.getArray("scopes").getArray()),
                List.of((String[]) row.getArray("allowed_networks").getArray()),
                new KeyLimits(
                        row.getInt("limit_minute"),
                        row.getInt("limit_hour"),
                        row.getInt("limit_day"),
                        Optional.ofNullable(row.getObject("limit_month", Integer.class))),
                time(row, "expires_at"));
    }

    private static Optional<Instant> time(ResultSet row, String column) throws SQLException {
        return Optional.ofNullable(row.getTimestamp(column)).map(Timestamp::toInstant);
    }
}
