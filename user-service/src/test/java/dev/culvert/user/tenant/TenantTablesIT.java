package dev.culvert.user.tenant;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.user.RunningUserService;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Tenants and their users as the database has them. */
class TenantTablesIT extends RunningUserService {
    /** S2.16: the table of tenants. */
    @Test
    void knowTenants() {
        assertThat(notNull("tenant")).contains("id", "name", "personal", "owner_id", "created_at");
        assertThat(column("""
                        SELECT relforcerowsecurity::text FROM pg_class
                        WHERE oid = 'users.tenant'::regclass""")).containsExactly("true");
    }

    /** S2.17: everybody is of one tenant that exists, and the database itself sees to it. */
    @Test
    void knowTheTenantOfEachUser() {
        assertThat(notNull("profile")).contains("user_id", "tenant_id", "username", "email");
        assertThat(column("""
                        SELECT pg_get_constraintdef(oid) FROM pg_constraint
                        WHERE conrelid = 'users.profile'::regclass AND confrelid = 'users.tenant'::regclass""")).singleElement().asString().contains("FOREIGN KEY (tenant_id)");
        assertThat(column("""
                        SELECT relforcerowsecurity::text FROM pg_class
                        WHERE oid = 'users.profile'::regclass""")).containsExactly("true");
    }

    private static List<String> notNull(String table) {
        return column(
                "SELECT column_name FROM information_schema.columns WHERE table_schema = 'users' AND table_name = ?"
                        + " AND is_nullable = 'NO'",
                table);
    }
}
