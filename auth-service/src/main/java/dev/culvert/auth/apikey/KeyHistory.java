package dev.culvert.auth.apikey;

import dev.culvert.contracts.event.AuthEvent;
import dev.culvert.data.outbox.Outbox;
import io.swagger.v3.oas.annotations.media.Schema;
import java.sql.Timestamp;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** What happened to keys: kept for their owners, and announced to the other services (requirement R2.8b). */
@Component
class KeyHistory {
    private final JdbcClient jdbc;
    private final Outbox outbox;
    private final Clock clock;

    KeyHistory(JdbcClient jdbc, Outbox outbox, Clock clock) {
        this.jdbc = jdbc;
        this.outbox = outbox;
        this.clock = clock;
    }

    private enum Action {
        CREATED,
        UPDATED,
        USED,
        ROTATED,
        REVOKED,
        EXPIRED
    }

    /** One entry, as its owner sees it. */
    record Entry(
            @Schema(example = "rotated") String action,
            Instant happenedAt,
            Optional<UUID> actorId,
            @Schema(example = "203.0.113.7") Optional<String> clientAddress) {}

    void created(ApiKey key, String clientAddress) {
        keep(key, Action.CREATED, Optional.of(key.accountId()), Optional.of(clientAddress));
        KeyTerms terms = key.terms();
        outbox.append(
                key.tenantId(),
                new AuthEvent.ApiKeyCreated(
                        key.accountId(),
                        key.id(),
                        terms.name(),
                        key.prefix(),
                        terms.scopes(),
                        terms.expiresAt().orElse(null)));
    }

    void updated(ApiKey key, int version, KeyTerms terms, Set<String> changedFields) {
        keep(key, Action.UPDATED, Optional.of(key.accountId()), Optional.empty());
        outbox.append(
                key.tenantId(),
                new AuthEvent.ApiKeyUpdated(
                        key.accountId(), key.id(), key.prefix(), version, changedFields, terms.scopes()));
    }

    void rotated(ApiKey key, int version, UUID successorId, Instant validUntil, String clientAddress) {
        keep(key, Action.ROTATED, Optional.of(key.accountId()), Optional.of(clientAddress));
        outbox.append(
                key.tenantId(),
                new AuthEvent.ApiKeyRotated(key.accountId(), key.id(), key.prefix(), version, successorId, validUntil));
    }

    void revoked(ApiKey key) {
        keep(key, Action.REVOKED, Optional.of(key.accountId()), Optional.empty());
        outbox.append(key.tenantId(), new AuthEvent.ApiKeyRevoked(key.accountId(), key.id(), key.prefix()));
    }

    void used(ApiKey key, Instant at, String clientAddress) {
        keep(key, Action.USED, Optional.empty(), Optional.of(clientAddress));
        outbox.append(
                key.tenantId(), new AuthEvent.ApiKeyUsed(key.accountId(), key.id(), key.prefix(), at, clientAddress));
    }

    void expired(ApiKey key) {
        keep(key, Action.EXPIRED, Optional.empty(), Optional.empty());
        outbox.append(key.tenantId(), new AuthEvent.ApiKeyExpired(key.accountId(), key.id(), key.prefix()));
    }

    /** What happened to a key, newest first. */
    List<Entry> list(UUID keyId, int limit, int offset) {
        return jdbc.sql("""
                        SELECT action, happened_at, actor_id, client_address FROM api_key_audit
                        WHERE api_key_id = :keyId ORDER BY happened_at DESC, id LIMIT :limit OFFSET :offset
                        """)
                .param("keyId", keyId)
                .param("limit", limit)
                .param("offset", offset)
                .query((row, _) -> {
                    Timestamp happened = row.getTimestamp("happened_at");
                    return new Entry(
                            row.getString("action"),
                            happened.toInstant(),
                            Optional.ofNullable(row.getObject("actor_id", UUID.class)),
                            Optional.ofNullable(row.getString("client_address")));
                })
                .list();
    }

    long count(UUID keyId) {
        return jdbc.sql("SELECT count(*) FROM api_key_audit WHERE api_key_id = :keyId")
                .param("keyId", keyId)
                .query(Long.class)
                .single();
    }

    private void keep(ApiKey key, Action action, Optional<UUID> actor, Optional<String> clientAddress) {
        jdbc.sql("""
                        INSERT INTO api_key_audit (id, tenant_id, api_key_id, action, actor_id, client_address, happened_at)
                        VALUES (:id, :tenantId, :keyId, :action, :actorId, :clientAddress, :now)
                        """)
                .param("id", UUID.randomUUID())
                .param("tenantId", key.tenantId())
                .param("keyId", key.id())
                .param("action", action.name().toLowerCase(Locale.ROOT))
                .param("actorId", actor.orElse(null))
                .param("clientAddress", clientAddress.orElse(null))
                .param("now", clock.instant().atOffset(ZoneOffset.UTC))
                .update();
    }
}
