package dev.culvert.auth.account;

import dev.culvert.contracts.identity.Role;
import dev.culvert.contracts.identity.Tier;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** The stored accounts. Row-level security shows those of the current tenant, or all in the system scope. */
@Repository
public class Accounts {
    /** What {@link #joined} reads, beside {@code account_id} and {@code tenant_id} of the row the account is joined to. */
    public static final String JOINED = "account.username, account.email, account.tier, account.roles,"
            + " account.email_verified_at, account.created_at AS account_created_at";

    private final JdbcClient jdbc;

    Accounts(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** The account of an id. */
    public Optional<Account> find(UUID id) {
        return jdbc.sql("SELECT * FROM account WHERE id = :id")
                .param("id", id)
                .query(Accounts::account)
                .optional();
    }

    /** The account of a username or mail address, whatever its case; usernames have no {@code @}. */
    public Optional<Credentials> findCredentials(String name) {
        String column = name.contains("@") ? "email" : "username";
        return jdbc.sql("SELECT * FROM account WHERE lower(" + column + ") = lower(:name)")
                .param("name", name)
                .query((row, _) -> new Credentials(account(row, 0), row.getString("password_hash")))
                .optional();
    }

    /** The account of an id with the hash its password is checked against. */
    public Optional<Credentials> findCredentials(UUID id) {
        return jdbc.sql("SELECT * FROM account WHERE id = :id")
                .param("id", id)
                .query((row, _) -> new Credentials(account(row, 0), row.getString("password_hash")))
                .optional();
    }

    /** Gives an account another plan; false when it has it already. */
    boolean changeTier(UUID id, Tier tier) {
        return jdbc.sql("UPDATE account SET tier = :tier WHERE id = :id AND tier <> :tier")
                        .param("tier", tier.wireName())
                        .param("id", id)
                        .update()
                == 1;
    }

    /** Stores a new account unless its username or mail address is taken. */
    boolean insert(Account account, String passwordHash) {
        return jdbc.sql("""
                        INSERT INTO account (id, tenant_id, username, email, password_hash, tier, roles, email_verified_at, created_at)
                        VALUES (:id, :tenantId, :username, :email, :passwordHash, :tier, :roles, :emailVerifiedAt, :createdAt)
                        ON CONFLICT DO NOTHING
                        """)
                        .param("id", account.id())
                        .param("tenantId", account.tenantId())
                        .param("username", account.username())
                        .param("email", account.email())
                        .param("passwordHash", passwordHash)
                        .param("tier", account.tier().wireName())
                        .param(
                                "roles",
                                account.roles().stream()
                                        .map(Role::wireName)
                                        .sorted()
                                        .toArray(String[]::new))
                        .param(
                                "emailVerifiedAt",
                                account.emailVerified() ? account.createdAt().atOffset(ZoneOffset.UTC) : null)
                        .param("createdAt", account.createdAt().atOffset(ZoneOffset.UTC))
                        .update()
                == 1;
    }

    /** Marks the address as confirmed if the account still has it; says whether that changed anything. */
    boolean confirmEmail(UUID id, String email, Instant now) {
        return jdbc.sql("""
                        UPDATE account SET email_verified_at = :now
                        WHERE id = :id AND email = :email AND email_verified_at IS NULL
                        """)
                        .param("id", id)
                        .param("email", email)
                        .param("now", now.atOffset(ZoneOffset.UTC))
                        .update()
                == 1;
    }

    /** Gives an account another password hash; needs a transaction that sees the account. */
    public void setPassword(UUID id, String passwordHash) {
        jdbc.sql("UPDATE account SET password_hash = :hash WHERE id = :id")
                .param("id", id)
                .param("hash", passwordHash)
                .update();
    }

    /** The account a row belongs to, in a statement that selects {@link #JOINED} beside the row. */
    public static Account joined(ResultSet row) throws SQLException {
        return account(row, "account_id", "account_created_at");
    }

    private static Account account(ResultSet row, int rowNumber) throws SQLException {
        return account(row, "id", "created_at");
    }

    private static Account account(ResultSet row, String id, String createdAt) throws SQLException {
        return new Account(
                row.getObject(id, UUID.class),
                row.getObject("tenant_id", UUID.class),
                row.getString("username"),
                row.getString("email"),
                Tier.ofWireName(row.getString("tier")),
                Arrays.stream((String[]) row.getArray("roles").getArray())
                        .map(Role::ofWireName)
                        .collect(Collectors.toUnmodifiableSet()),
                row.getObject("email_verified_at") != null,
                row.getTimestamp(createdAt).toInstant());
    }
}
