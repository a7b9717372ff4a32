package dev.culvert.data.tenant;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.UUID;
import javax.sql.DataSource;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.datasource.DataSourceUtils;
import org.springframework.orm.jpa.JpaTransactionManager;
import org.springframework.transaction.CannotCreateTransactionException;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.TransactionSystemException;
import org.springframework.transaction.support.DefaultTransactionStatus;

/**
 * Tells PostgreSQL at the start of each transaction for which tenant it works. The settings end with the transaction, so a
 * connection goes back to the pool knowing nobody.
 *
 * <p>Not a {@code TransactionExecutionListener}: when one of those fails, Spring leaves the begun transaction bound to the
 * thread. Here it is undone.
 */
final class TenantTransactionManager extends JpaTransactionManager {

    private static final String BIND_TENANT =
            "SELECT set_config('culvert.tenant_id', ?, true), set_config('culvert.user_id', ?, true)";
    private static final String BIND_SYSTEM = "SELECT set_config('role', ?, true)";

    private final TenantIdentity identity;
    private final String systemRole;

    TenantTransactionManager(TenantIdentity identity, String schema) {
        this.identity = identity;
        this.systemRole = schema + "_system";
    }

    @Override
    protected void doBegin(Object transaction, TransactionDefinition definition) {
        super.doBegin(transaction, definition);
        try {
            bind();
        } catch (SQLException | RuntimeException e) {
            doCleanupAfterCompletion(transaction);
            throw new CannotCreateTransactionException("The transaction cannot be bound to its tenant", e);
        }
    }

    /** A rollback fails where the connection is gone; said like this, Spring keeps the exception that came before it. */
    @Override
    protected void doRollback(DefaultTransactionStatus status) {
        try {
            super.doRollback(status);
        } catch (DataAccessException e) {
            throw new TransactionSystemException("The transaction cannot be rolled back", e);
        }
    }

    private void bind() throws SQLException {
        DataSource dataSource = getDataSource();
        if (dataSource == null) {
            throw new IllegalStateException("The entity manager factory has no data source");
        }
        // The transaction's own connection; it is given back when the transaction ends.
        Connection connection = DataSourceUtils.getConnection(dataSource);
        if (identity.isSystem()) {
            execute(connection, BIND_SYSTEM, systemRole);
        } else if (identity.tenantId().isPresent()) {
            String tenant = identity.tenantId().get().toString();
            execute(
                    connection,
                    BIND_TENANT,
                    tenant,
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
