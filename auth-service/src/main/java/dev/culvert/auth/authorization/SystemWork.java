package dev.culvert.auth.authorization;

import dev.culvert.data.tenant.TenantScope;
import java.util.function.Supplier;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionOperations;

/**
 * Transactions of the protocol. Its parties are of several tenants: an application belongs to one, whoever allows it
 * something to another, and codes and tokens are looked up before either is known.
 */
@Component
class SystemWork {
    private static final String REASON = "an application acts for users of other tenants than its owner's";

    private final TransactionOperations transactions;

    SystemWork(TransactionOperations transactions) {
        this.transactions = transactions;
    }

    <T> T call(Supplier<T> work) {
        return TenantScope.callAsSystem(REASON, () -> transactions.execute(_ -> work.get()));
    }

    void run(Runnable work) {
        TenantScope.runAsSystem(REASON, () -> transactions.executeWithoutResult(_ -> work.run()));
    }
}
