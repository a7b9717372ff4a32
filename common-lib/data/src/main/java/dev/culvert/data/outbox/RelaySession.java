package dev.culvert.data.outbox;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * A relay's own session with PostgreSQL. It holds the advisory lock that makes its relay the only active one of the
 * service, and it is also the session that reads and deletes: a relay that lost the lock cannot touch the outbox either.
 */
final class RelaySession implements AutoCloseable {
    private static final String LOCK =
            "SELECT pg_try_advisory_lock(hashtextextended('culvert.outbox.' || current_schema(), 0))";
    private static final String READ = "SELECT * FROM outbox ORDER BY position LIMIT ?";
    private static final String DELETE = "DELETE FROM outbox WHERE position = ANY (?)";

    private final Connection connection;

    RelaySession(Connection connection) {
        this.connection = connection;
    }

    /** Becomes the active relay unless another one is; true also when this session is it already. */
    boolean tryLock() throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(LOCK);
                ResultSet row = statement.executeQuery()) {
            return row.next() && row.getBoolean(1);
        }
    }

    /** The oldest events. */
    List<OutboxRow> read(int limit) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(READ)) {
            statement.setInt(1, limit);
            List<OutboxRow> rows = new ArrayList<>();
            try (ResultSet result = statement.executeQuery()) {
                while (result.next()) {
                    rows.add(OutboxRow.read(result));
                }
            }
            return rows;
        }
    }

    void delete(List<Long> positions) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(DELETE)) {
            statement.setArray(1, connection.createArrayOf("bigint", positions.toArray()));
            statement.executeUpdate();
        }
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
