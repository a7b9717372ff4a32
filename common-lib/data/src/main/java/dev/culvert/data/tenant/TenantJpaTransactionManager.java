package dev.culvert.data.tenant;

import org.springframework.dao.DataAccessException;
import org.springframework.orm.jpa.JpaTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.TransactionSystemException;
import org.springframework.transaction.support.DefaultTransactionStatus;

/** Transactions of a service with entities, bound to their tenant. */
final class TenantJpaTransactionManager extends JpaTransactionManager {
    private final TenantBinding binding;

    TenantJpaTransactionManager(TenantBinding binding) {
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
