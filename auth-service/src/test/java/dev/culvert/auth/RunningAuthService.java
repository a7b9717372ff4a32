package dev.culvert.auth;

import dev.culvert.auth.federation.TestingProvider;
import dev.culvert.testing.TestingMailbox;
import dev.culvert.testing.TestingPostgres;
import dev.culvert.testing.TestingStores;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Import;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/** The whole service on real stores; one instance for all tests that extend this. */
@SpringBootTest(
        webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
        properties = {
            "INITIAL_ADMIN_PASSWORD=" + RunningAuthService.ADMIN_PASSWORD,
            "spring.datasource.hikari.connection-timeout=5000",
            "culvert.auth.mail.poll-interval=200ms",
            "culvert.auth.mail.first-retry=300ms",
            "culvert.auth.mail.longest-retry=300ms",
            "culvert.auth.api-key.last-use-interval=300ms",
            "culvert.auth.api-key.upkeep-interval=300ms",
            "culvert.auth.api-key.creations-per-hour=100000",
            // administrators sign in with their password alone here, except where tests are about that
            "culvert.auth.second-factor.required-for-administrators=false",
            "culvert.auth.signing-key.check-interval=500ms",
            "culvert.auth.cleanup.interval=1h",
            "culvert.auth.password.most-waiting=24",
            // a sixteenth of the time of the default, which SecureDefaultsIT holds the service to
            "culvert.auth.password.bcrypt-cost=8",
            // machines that build much at once take their time
            "culvert.auth.password.turn-wait=15s",
            "culvert.auth.application.dynamic-registration=true"
        })
@Import(SkippableTime.class)
public abstract class RunningAuthService {
    protected static final String ADMIN_PASSWORD = "First-Admin-1";

    @Autowired
    protected TestClock clock;

    @LocalServerPort
    private int port;

    @DynamicPropertySource
    static void stores(DynamicPropertyRegistry registry) {
        TestingStores.register(registry, "auth");
        TestingMailbox.shared().register(registry);
        TestingProvider.register(registry);
    }

    /** A client without credentials. */
    protected AuthClient client() {
        return new AuthClient("http://127.0.0.1:" + port);
    }

    /** What a column holds, read past row-level security. */
    protected static List<String> column(String sql, Object... parameters) {
        TestingPostgres postgres = TestingPostgres.shared();
        try (Connection connection = DriverManager.getConnection(
                        postgres.jdbcUrl(), postgres.adminUser(), postgres.adminPassword());
                PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < parameters.length; i++) {
                statement.setObject(i + 1, parameters[i]);
            }
            List<String> values = new ArrayList<>();
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    values.add(rows.getString(1));
                }
            }
            return values;
        } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
        }
    }
}
