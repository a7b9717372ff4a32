package dev.culvert.testing;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;

/**
 * A real PostgreSQL 18 with the database {@code culvert}, and a schema with its three roles for each service that asks.
 *
 * <p>Unpacked once per machine, started once per JVM, empty at each start and without fsync: fast, and never durable.
 */
public final class TestingPostgres {

    /** The password of every role made here. */
    public static final String PASSWORD = "culvert-test";

    private static final String DATABASE = "culvert";

    private final String serverUrl;
    private final String adminUser;
    private final String adminPassword;

    private TestingPostgres(String serverUrl, String adminUser, String adminPassword) {
        this.serverUrl = serverUrl;
        this.adminUser = adminUser;
        this.adminPassword = adminPassword;
        prepareDatabase();
    }

    public static TestingPostgres shared() {
        return Shared.INSTANCE;
    }

    public String jdbcUrl() {
        return serverUrl + DATABASE;
    }

    public String adminUser() {
        return adminUser;
    }

    public String adminPassword() {
        return adminPassword;
    }

    /** Creates the schema and roles of a service unless they are there. */
    public void createService(String schema) {
        try (Connection connection = adminConnection();
                PreparedStatement call = connection.prepareStatement("CALL culvert_create_service(?, ?, ?)")) {
            call.setString(1, schema);
            call.setString(2, PASSWORD);
            call.setString(3, PASSWORD);
            call.execute();
        } catch (SQLException e) {
            throw new IllegalStateException("Cannot create schema " + schema, e);
        }
    }

    /** Removes everything a service keeps, so that the next one starts on an empty schema. */
    public void dropSchema(String schema) {
        execute("DROP SCHEMA IF EXISTS \"" + schema + "\" CASCADE");
    }

    /** Runs one statement as the server's administrator, whom row-level security does not bind. */
    public void execute(String sql) {
        try (Connection connection = adminConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException("Cannot run: " + sql, e);
        }
    }

    /** A new session of the server's administrator; the caller closes it. */
    public Connection adminConnection() throws SQLException {
        return connect(adminUser, adminPassword);
    }

    /** A new session of the run-time role of a service; the caller closes it. */
    public Connection appConnection(String schema) throws SQLException {
        return connect(schema + "_app", PASSWORD);
    }

    private Connection connect(String user, String password) throws SQLException {
        return DriverManager.getConnection(jdbcUrl(), user, password);
    }

    private void prepareDatabase() {
        try (Connection server = DriverManager.getConnection(serverUrl + "postgres", adminUser, adminPassword);
                Statement statement = server.createStatement()) {
            statement.execute("CREATE DATABASE " + DATABASE);
        } catch (SQLException e) {
            throw new IllegalStateException("Cannot create the database " + DATABASE, e);
        }
        execute(createServiceSql());
    }

    private static String createServiceSql() {
        try (InputStream file = TestingPostgres.class.getResourceAsStream("/deploy/postgres/create-service.sql")) {
            if (file == null) {
                throw new IllegalStateException("create-service.sql is missing from the testing jar");
            }
            return new String(file.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static TestingPostgres start() {
        if (TestingContainers.wanted()) {
            return TestingContainers.postgres(TestingPostgres::new);
        }
        try {
            EmbeddedPostgres server = EmbeddedPostgres.builder()
                    .setOverrideWorkingDirectory(workingDirectory().toFile())
                    .setServerConfig("max_connections", "300")
                    .setServerConfig("shared_buffers", "64MB")
                    .setServerConfig("timezone", "UTC")
                    .setPGStartupWait(Duration.ofSeconds(60))
                    .start();
            return new TestingPostgres("jdbc:postgresql://127.0.0.1:" + server.getPort() + "/", "postgres", "postgres");
        } catch (IOException e) {
            throw new UncheckedIOException("PostgreSQL did not start", e);
        }
    }

    /** Named after the user: files unpacked by one user cannot be run or replaced by another. */
    private static Path workingDirectory() {
        return Path.of(System.getProperty("java.io.tmpdir"), "culvert-testing-" + System.getProperty("user.name"));
    }

    private static final class Shared {
        static final TestingPostgres INSTANCE = start();
    }
}
