package dev.culvert.runner.store;

import dev.culvert.runner.Refusal;
import dev.culvert.runner.home.Secrets;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/** The database and, per service, its schema and roles; repeated at every start, where it changes nothing. */
public final class Schemas {

    public static final String DATABASE = "culvert";

    /** {@code user} is a reserved word of SQL, hence {@code users}. */
    public static final List<String> ALL = List.of("auth", "users", "tunnel", "proxy", "webhook", "admin");

    private final Path script;

    /** @param script defines the procedure {@code culvert_create_service} */
    public Schemas(Path script) {
        this.script = script;
    }

    public void create(PostgresServer server, Secrets secrets) throws IOException {
        if (!Files.exists(script)) {
            throw new Refusal(script + " is missing: restore it, for example with git checkout.");
        }
        try {
            createDatabase(server);
            try (Connection connection = server.connect(DATABASE)) {
                try (Statement statement = connection.createStatement()) {
                    statement.execute(Files.readString(script));
                }
                for (String schema : ALL) {
                    createService(connection, schema, secrets);
                }
            }
        } catch (SQLException e) {
            throw new IOException("Preparing the database failed: " + e.getMessage(), e);
        }
    }

    private static void createDatabase(PostgresServer server) throws SQLException {
        try (Connection connection = server.connect("postgres");
                Statement statement = connection.createStatement();
                ResultSet found =
                        statement.executeQuery("SELECT 1 FROM pg_database WHERE datname = '" + DATABASE + "'")) {
            if (!found.next()) {
                statement.execute("CREATE DATABASE " + DATABASE);
            }
        }
    }

    private static void createService(Connection connection, String schema, Secrets secrets) throws SQLException {
        Secrets.Roles roles = secrets.rolesOf(schema);
        try (PreparedStatement call = connection.prepareStatement("CALL culvert_create_service(?, ?, ?)")) {
            call.setString(1, schema);
            call.setString(2, roles.ownerPassword());
            call.setString(3, roles.appPassword());
            call.execute();
        }
    }
}
