package dev.culvert.auth.passkey;

import dev.culvert.auth.account.Account;
import dev.culvert.auth.passkey.Ceremonies.NewKey;
import dev.culvert.auth.passkey.Ceremonies.UsedKey;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** The passkeys of accounts. Row-level security shows those of the current tenant, or all in the system scope. */
@Repository
class Passkeys {
    private final JdbcClient jdbc;
    private final Clock clock;

    Passkeys(JdbcClient jdbc, Clock clock) {
        this.jdbc = jdbc;
        this.clock = clock;
    }

    /** An account's passkeys, oldest first. */
    List<Passkey> of(UUID accountId) {
        return jdbc.sql("SELECT * FROM passkey WHERE account_id = :accountId ORDER BY created_at, id")
                .param("accountId", accountId)
                .query((row, _) -> passkey(row))
                .list();
    }

    /** The same, while nobody else adds one or takes one away until the transaction ends. */
    List<Passkey> lockAllOf(UUID accountId) {
        jdbc.sql("SELECT id FROM account WHERE id = :accountId FOR NO KEY UPDATE")
                .param("accountId", accountId)
                .query(UUID.class)
                .optional();
        return of(accountId);
    }

    Optional<Passkey> findByCredentialId(byte[] credentialId) {
        return jdbc.sql("SELECT * FROM passkey WHERE credential_id = :credentialId")
                .param("credentialId", credentialId)
                .query((row, _) -> passkey(row))
                .optional();
    }

    /** Since when an account has any. */
    Optional<Instant> since(UUID accountId) {
        return jdbc.sql("SELECT created_at FROM passkey WHERE account_id = :accountId ORDER BY created_at LIMIT 1")
                .param("accountId", accountId)
                .query((row, _) -> row.getTimestamp("created_at").toInstant())
                .optional();
    }

    /** Stores a new one; empty when somebody has it already, on whichever account. */
    Optional<Passkey> insert(Account account, String name, NewKey key) {
        return jdbc.sql("""
                        INSERT INTO passkey (id, tenant_id, account_id, name, credential_id, public_key, counter, backup_eligible,
                          backed_up, transports, created_at)
                        VALUES (:id, :tenantId, :accountId, :name, :credentialId, :publicKey, :counter, :backupEligible,
                          :backedUp, :transports, :now)
                        ON CONFLICT (credential_id) DO NOTHING
                        RETURNING *
                        """)
                .param("id", UUID.randomUUID())
                .param("tenantId", account.tenantId())
                .param("accountId", account.id())
                .param("name", name)
                .param("credentialId", key.credentialId())
                .param("publicKey", key.publicKey())
                .param("counter", key.counter())
                .param("backupEligible", key.backupEligible())
                .param("backedUp", key.backedUp())
                .param("transports", key.transports().toArray(String[]::new))
                .param("now", utc(clock.instant()))
                .query((row, _) -> passkey(row))
                .optional();
    }

    /**
     * Notes a use, unless the counter has not moved on since: of two uses with one count, one succeeds. A device that does
     * not count stays at zero (WebAuthn §6.1.1).
     */
    boolean used(UUID id, UsedKey use) {
        return jdbc.sql("""
                        UPDATE passkey SET counter = :counter, backed_up = :backedUp, last_used_at = :now
                        WHERE id = :id AND (counter < :counter OR counter = 0 AND :counter = 0)
                        """)
                        .param("id", id)
                        .param("counter", use.counter())
                        .param("backedUp", use.backedUp())
                        .param("now", utc(clock.instant()))
                        .update()
                == 1;
    }

    Optional<Passkey> rename(UUID accountId, UUID id, String name) {
        return jdbc.sql("UPDATE passkey SET name = :name WHERE id = :id AND account_id = :accountId RETURNING *")
                .param("id", id)
                .param("accountId", accountId)
                .param("name", name)
                .query((row, _) -> passkey(row))
                .optional();
    }

    void remove(UUID id) {
        jdbc.sql("DELETE FROM passkey WHERE id = :id").param("id", id).update();
    }

    private static Passkey passkey(ResultSet row) throws SQLException {
        return new Passkey(
                row.getObject("id", UUID.class),
                row.getObject("account_id", UUID.class),
                row.getString("name"),
                row.getBytes("credential_id"),
                row.getBytes("public_key"),
                row.getLong("counter"),
                row.getBoolean("backup_eligible"),
                row.getBoolean("backed_up"),
                List.of((String[]) row.getArray("transports").getArray()),
                row.getTimestamp("created_at").toInstant(),
                Optional.ofNullable(row.getTimestamp("last_used_at")).map(Timestamp::toInstant));
    }

    private static OffsetDateTime utc(Instant instant) {
        return instant.atOffset(ZoneOffset.UTC);
    }
}
