package dev.culvert.data.tenant;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Optional;
import java.util.UUID;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.datasource.DataSourceUtils;
import org.springframework.transaction.CannotCreateTransactionException;

/**
 * Tells PostgreSQL at the start of a transaction for which tenant it works. The settings end with the transaction, so a
 * connection goes back to the pool knowing nobody.
 *
 * <p>Called by the transaction managers and not a {@code TransactionExecutionListener}: when one of those fails, Spring
 * leaves the begun transaction bound to the thread. The managers undo it.
 */
final class TenantBinding {
    private static final String BIND_TENANT =
            "SELECT set_config('culvert.tenant_id', ?, true), set_config('culvert.user_id', ?, true)";
    private static final String BIND_SYSTEM = "SELECT set_config('role', ?, true)";

    private final TenantIdentity identity;
    private final String systemRole;

    TenantBinding(TenantIdentity identity, String schema) {
        this.identity = identity;
        this.systemRole = schema + "_system";
    }

    /**
     * Binds the transaction that the present thread has begun.
     *
     * @throws CannotCreateTransactionException after {@code undo} when that fails
     */
    void bind(@Nullable DataSource dataSource, Runnable undo) {
        if (dataSource == null) {
            throw new IllegalStateException("There is no data source");
        }
        try {
            // The transaction's own connection; it is given back when the transaction ends.
            bind(DataSourceUtils.getConnection(dataSource));
        } catch (SQLException | RuntimeException e) {
            undo.run();
            throw new CannotCreateTransactionException("The transaction cannot be bound to its tenant", e);
        }
    }

    private void bind(Connection connection) throws SQLException {
        if (identity.isSystem()) {
            execute(connection, BIND_SYSTEM, systemRole);
            return;
        }
        Optional<UUID> tenant = identity.tenantId();
        if (tenant.isPresent()) {
            execute(
                    connection,
                    BIND_TENANT,
                    tenant.get().toString(),
                    identity.userId().map(UUID::toString).orElse(""));
        }
    }

    private static void execute(Connection connection, String sql, String... values) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < values.length; i++) {
                statement.setString(i + 1, values[i]);
            }
            statement.execute();
        }
    }
}
