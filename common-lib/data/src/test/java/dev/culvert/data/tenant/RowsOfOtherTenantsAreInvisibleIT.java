package dev.culvert.data.tenant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.culvert.testing.TestingStores;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** S3.47, S4.44: PostgreSQL itself keeps tenants apart, also when code forgets to. */
@SpringBootTest
class RowsOfOtherTenantsAreInvisibleIT {
    private static final String ALL_NOTES = "SELECT text FROM note ORDER BY text";

    private final UUID ada = UUID.randomUUID();
    private final UUID bob = UUID.randomUUID();

    @Autowired
    JdbcTemplate jdbc;

    @Autowired
    PlatformTransactionManager transactions;

    @DynamicPropertySource
    static void stores(DynamicPropertyRegistry registry) {
        TestingStores.register(registry, "sample");
    }

    @BeforeEach
    void eachTenantHasANote() {
        TenantScope.runAsSystem("test", () -> inTransaction("DELETE FROM note"));
        write(ada, "ada's");
        write(bob, "bob's");
    }

    @Test
    void rawSqlShowsATenantItsOwnRowsOnly() {
        assertThat(TenantScope.call(ada, this::notes)).containsExactly("ada's");
        assertThat(TenantScope.call(bob, this::notes)).containsExactly("bob's");
    }

    @Test
    void codeThatForgetsTheTenantSeesNothing() {
        assertThat(notes()).isEmpty();
        assertThat(jdbc.queryForList(ALL_NOTES, String.class))
                .as("without a transaction")
                .isEmpty();
    }

    @Test
    void codeThatForgetsTheTenantChangesNothing() {
        inTransaction("UPDATE note SET text = 'stolen'");
        TenantScope.run(ada, () -> inTransaction("DELETE FROM note WHERE text = 'bob''s'"));

        assertThat(TenantScope.callAsSystem("test", this::notes)).containsExactly("ada's", "bob's");
    }

    @Test
    void refusesARowOfAnotherTenant() {
        assertThatThrownBy(() -> TenantScope.run(ada, () -> insert(bob, "planted")))
                .rootCause()
                .hasMessageContaining("row-level security");
    }

    @Test
    void connectionForgetsTheTenantWithTheTransaction() {
        TenantScope.call(ada, this::notes);
        TenantScope.callAsSystem("test", this::notes);

        for (int i = 0; i < 10; i++) {
            assertThat(jdbc.queryForObject(
                            "SELECT coalesce(current_setting('culvert.tenant_id', true), '')", String.class))
                    .isEmpty();
            assertThat(jdbc.queryForObject("SELECT current_user", String.class)).isEqualTo("sample_app");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ALTER TABLE note DISABLE ROW LEVEL SECURITY",
                "ALTER TABLE note NO FORCE ROW LEVEL SECURITY",
                "CREATE POLICY mine ON note USING (true)",
                "DROP POLICY tenant ON note",
                "SET ROLE sample_owner",
                "SET SESSION AUTHORIZATION sample_owner",
                "ALTER ROLE sample_app BYPASSRLS",
                "TRUNCATE note",
                "SET row_security = off; SELECT * FROM note",
                "UPDATE flyway_schema_history SET success = false",
                "SELECT * FROM pg_authid"
            })
    void runTimeRoleCannotBypassThePolicies(String attempt) {
        assertThatThrownBy(() -> inTransaction(attempt))
                .rootCause()
                .message()
                .matches("(?s).*(must be owner|permission denied|row-level security).*");
    }

    @Test
    void refusesAScopeInsideATransactionOfAnotherTenant() {
        TransactionTemplate template = new TransactionTemplate(transactions);

        assertThatThrownBy(() -> TenantScope.run(
                        ada, () -> template.executeWithoutResult(_ -> TenantScope.run(bob, this::notes))))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("before the transaction");
    }

    @Test
    void tenantIsKnownToCode() {
        TenantIdentity identity = new TenantIdentity(Optional::empty);

        assertThat(TenantScope.call(ada, identity::tenantId)).contains(ada);
        assertThat(TenantScope.callAsSystem("test", identity::tenantId)).isEmpty();
        assertThat(identity.tenantId()).isEmpty();
    }

    @Test
    void userOfAScopeIsKnownToCodeAndToPostgres() {
        TenantIdentity identity =
                new TenantIdentity(() -> Optional.of(new TenantIdentity.CallerIds(UUID.randomUUID(), bob)));
        UUID user = UUID.randomUUID();
        TransactionTemplate template = new TransactionTemplate(transactions);

        assertThat(TenantScope.call(ada, user, identity::userId)).contains(user);
        assertThat(TenantScope.call(ada, identity::userId)).contains(bob);
        assertThat(TenantScope.<String, RuntimeException>call(
                        ada,
                        user,
                        () -> template.execute(_ ->
                                jdbc.queryForObject("SELECT current_setting('culvert.user_id', true)", String.class))))
                .isEqualTo(user.toString());
        assertThat(TenantScope.call(ada, user, this::notes)).containsExactly("ada's");
    }

    private void write(UUID tenantId, String text) {
        TenantScope.run(tenantId, () -> insert(tenantId, text));
    }

    private void insert(UUID tenantId, String text) {
        inTransaction("INSERT INTO note VALUES ('%s', '%s', '%s')"
                .formatted(UUID.randomUUID(), tenantId, text.replace("'", "''")));
    }

    private List<String> notes() {
        return new TransactionTemplate(transactions).execute(_ -> jdbc.queryForList(ALL_NOTES, String.class));
    }

    private void inTransaction(String sql) {
        new TransactionTemplate(transactions).executeWithoutResult(_ -> jdbc.execute(sql));
    }
}
