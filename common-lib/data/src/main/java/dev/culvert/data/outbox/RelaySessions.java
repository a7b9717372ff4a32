package dev.culvert.data.outbox;

import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Properties;
import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;

/** Opens the relay's session outside the pool, which would close or lend out a connection that must stay. */
final class RelaySessions {
    private final JdbcConnectionDetails details;
    private final String applicationName;

    RelaySessions(JdbcConnectionDetails details, String applicationName) {
        this.details = details;
        this.applicationName = applicationName;
    }

    RelaySession open() throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("user", details.getUsername());
        properties.setProperty("password", details.getPassword());
        properties.setProperty("ApplicationName", applicationName + " outbox relay");
        properties.setProperty("connectTimeout", "10");
        properties.setProperty("socketTimeout", "30");
        properties.setProperty("tcpKeepAlive", "true");
        // A machine that vanished must not keep the lock: the server asks after 5 s and gives up 6 s later.
        properties.setProperty(
                "options",
                "-c statement_timeout=20s -c tcp_keepalives_idle=5 -c tcp_keepalives_interval=2 -c tcp_keepalives_count=3");
        return new RelaySession(DriverManager.getConnection(details.getJdbcUrl(), properties));
    }
}
