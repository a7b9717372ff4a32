package dev.culvert.auth.role;

import dev.culvert.auth.account.Account;
import dev.culvert.contracts.identity.Role;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** The stored grants, with the roles of accounts that follow from them. Used in the system scope: people have own tenants. */
@Repository
class RoleGrants {
    private static final String[] ADMINISTRATORS = Arrays.stream(Role.values())
            .filter(Role::administrator)
            .map(Role::wireName)
            .toArray(String[]::new);

    private final JdbcClient jdbc;

    RoleGrants(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** Gives an account a role unless it has it; says whether it did. */
    boolean insert(RoleGrant grant, Account account) {
        int inserted = jdbc.sql("""
                        INSERT INTO role_grant (id, tenant_id, account_id, role, granted_by, granted_at)
                        VALUES (:id, :tenantId, :accountId, :role, :grantedBy, :grantedAt)
                        ON CONFLICT DO NOTHING
                        """)
                .param("id", grant.id())
                .param("tenantId", account.tenantId())
                .param("accountId", account.id())
                .param("role", grant.role().wireName())
                .param("grantedBy", grant.grantedBy().orElse(null))
                .param("grantedAt", grant.grantedAt().atOffset(ZoneOffset.UTC))
                .update();
        if (inserted == 1) {
            jdbc.sql("UPDATE account SET roles = array_append(roles, :role) WHERE id = :id AND NOT :role = ANY (roles)")
                    .param("id", account.id())
                    .param("role", grant.role().wireName())
                    .update();
        }
        return inserted == 1;
    }

    /** Takes the role of a grant away. */
    void revoke(RoleGrant grant, UUID revokedBy, Instant now) {
        jdbc.sql("UPDATE role_grant SET revoked_by = :revokedBy, revoked_at = :now WHERE id = :id")
                .param("id", grant.id())
                .param("revokedBy", revokedBy)
                .param("now", now.atOffset(ZoneOffset.UTC))
                .update();
        jdbc.sql("UPDATE account SET roles = array_remove(roles, :role) WHERE id = :id")
                .param("id", grant.accountId())
                .param("role", grant.role().wireName())
                .update();
    }

    Optional<RoleGrant> find(UUID id) {
        return jdbc.sql("SELECT * FROM role_grant WHERE id = :id")
                .param("id", id)
                .query(RoleGrants::grant)
                .optional();
    }

    /**
     * The active grants of a role, which nobody else changes before this transaction ends. Whoever waited for another one
     * sees what that one left.
     */
    List<RoleGrant> lockActive(Role role) {
        return jdbc.sql("SELECT * FROM role_grant WHERE role = :role AND revoked_at IS NULL ORDER BY id FOR UPDATE")
                .param("role", role.wireName())
                .query(RoleGrants::grant)
                .list();
    }

    /** Newest first. */
    List<RoleGrant> list(RoleGrantFilter filter, int limit, int offset) {
        return filtered("SELECT *", filter, "ORDER BY granted_at DESC, id LIMIT :limit OFFSET :offset")
                .param("limit", limit)
                .param("offset", offset)
                .query(RoleGrants::grant)
                .list();
    }

    long count(RoleGrantFilter filter) {
        return filtered("SELECT count(*)", filter, "").query(Long.class).single();
    }

    /** Records the roles that accounts have without a grant: what the installation gave. */
    void adoptUngranted(Instant now) {
        jdbc.sql("""
                        INSERT INTO role_grant (id, tenant_id, account_id, role, granted_at)
                        SELECT gen_random_uuid(), account.tenant_id, account.id, held.role, :now
                        FROM account CROSS JOIN LATERAL unnest(account.roles) AS held (role)
                        WHERE held.role = ANY (:administrators)
                        ON CONFLICT DO NOTHING
                        """)
                .param("now", now.atOffset(ZoneOffset.UTC))
                .param("administrators", ADMINISTRATORS)
                .update();
    }

    private JdbcClient.StatementSpec filtered(String selection, RoleGrantFilter filter, String end) {
        return jdbc.sql(selection + """
                         FROM role_grant
                        WHERE (CAST(:accountId AS uuid) IS NULL OR account_id = :accountId)
                          AND (CAST(:role AS text) IS NULL OR role = :role)
                          AND (CAST(:active AS boolean) IS NULL OR active = :active)
                        """ + end)
                .param("accountId", filter.accountId().orElse(null))
                .param("role", filter.role().map(Role::wireName).orElse(null))
                .param("active", filter.active().orElse(null));
    }

    private static RoleGrant grant(ResultSet row, int rowNumber) throws SQLException {
        return new RoleGrant(
                row.getObject("id", UUID.class),
                row.getObject("account_id", UUID.class),
                Role.ofWireName(row.getString("role")),
                Optional.ofNullable(row.getObject("granted_by", UUID.class)),
                row.getTimestamp("granted_at").toInstant(),
                Optional.ofNullable(row.getObject("revoked_by", UUID.class)),
                Optional.ofNullable(row.getTimestamp("revoked_at")).map(Timestamp::toInstant));
    }
}
