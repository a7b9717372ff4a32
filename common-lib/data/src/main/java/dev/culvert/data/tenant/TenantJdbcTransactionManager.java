package dev.culvert.data.tenant;

import javax.sql.DataSource;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.TransactionSystemException;
import org.springframework.transaction.support.DefaultTransactionStatus;

/** Transactions of a service that has no entities and so does without Hibernate, bound to their tenant. */
final class TenantJdbcTransactionManager extends JdbcTransactionManager {
    private final TenantBinding binding;

    TenantJdbcTransactionManager(DataSource dataSource, TenantBinding binding) {
        super(dataSource);
        this.binding = binding;
    }

    @Override
    protected void doBegin(Object transaction, TransactionDefinition definition) {
        super.doBegin(transaction, definition);
        binding.bind(getDataSource(), () -> doCleanupAfterCompletion(transaction));
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
}
