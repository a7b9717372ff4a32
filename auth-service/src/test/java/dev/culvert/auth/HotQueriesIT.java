package dev.culvert.auth;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.testing.TestingPostgres;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What runs with every request or in every clean-up does not get slower with the number of rows. */
class HotQueriesIT extends RunningAuthService {

    /**
     * S3.46 for the tables of this service. A table of a test is so small that PostgreSQL had better read it whole; told not
     * to, it still does where no index fits.
     */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT * FROM auth.api_key WHERE prefix = 'cvt_live_x'",
                "SELECT * FROM auth.api_key WHERE account_id = gen_random_uuid() ORDER BY created_at DESC LIMIT 50",
                "SELECT * FROM auth.session WHERE id = gen_random_uuid()",
                "SELECT * FROM auth.session WHERE account_id = gen_random_uuid()",
                "UPDATE auth.refresh_token SET used_at = now() WHERE token_hash = 'x'",
                "SELECT * FROM auth.ended_token WHERE token_id = 'x'",
                "SELECT * FROM auth.oauth_application WHERE id = gen_random_uuid()",
                "UPDATE auth.oauth_refresh_token SET used_at = now() WHERE token_hash = 'x'",
                "SELECT * FROM auth.oauth_authorization WHERE code_hash = 'x'",
                "SELECT * FROM auth.oauth_authorization WHERE device_code_hash = 'x'",
                "SELECT * FROM auth.browser_session WHERE token_hash = 'x'",
                "SELECT * FROM auth.sign_in_guard WHERE subject = 'x'",
                "SELECT * FROM auth.audit_record WHERE account_id = gen_random_uuid() ORDER BY occurred_at DESC LIMIT 50",
                "SELECT * FROM auth.audit_record ORDER BY occurred_at DESC LIMIT 50",
                "SELECT * FROM auth.passkey WHERE credential_id = 'x'",
                "SELECT * FROM auth.passkey WHERE account_id = gen_random_uuid() ORDER BY created_at",
                "DELETE FROM auth.passkey_challenge WHERE challenge_hash = 'x'",
                "DELETE FROM auth.ended_token WHERE expires_at < now()"
            })
    void useAnIndex(String query) throws SQLException {
        String plan = plan(query.replace("gen_random_uuid()", "'00000000-0000-0000-0000-000000000000'"));

        assertThat(plan).contains("Index").doesNotContain("Seq Scan");
    }

    private static String plan(String query) throws SQLException {
        TestingPostgres postgres = TestingPostgres.shared();
        try (Connection connection = DriverManager.getConnection(
                        postgres.jdbcUrl(), postgres.adminUser(), postgres.adminPassword());
                Statement statement = connection.createStatement()) {
            statement.execute("SET enable_seqscan = off");
            StringBuilder plan = new StringBuilder();
            try (ResultSet lines = statement.executeQuery("EXPLAIN " + query)) {
                while (lines.next()) {
                    plan.append(lines.getString(1)).append('\n');
                }
            }
            return plan.toString();
        }
    }
}
