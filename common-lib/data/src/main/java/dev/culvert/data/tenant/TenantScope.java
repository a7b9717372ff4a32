package dev.culvert.data.tenant;

import java.util.Optional;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * Says for which tenant the transactions begun inside work. Without a scope it is the tenant of the request's caller, and
 * without a caller no tenant at all: row-level security then shows nothing.
 *
 * <p>A scope goes around a transaction, never inside one: an open transaction keeps the tenant it began with. Scopes are
 * not inherited by threads started inside.
 */
public final class TenantScope {
    private static final Logger log = LoggerFactory.getLogger(TenantScope.class);
    private static final ScopedValue<Binding> CURRENT = ScopedValue.newInstance();

    /** What a transaction may see. */
    sealed interface Binding {
        /** The rows of one tenant, and what is meant for one user, if one is named. */
        record OneTenant(UUID tenantId, Optional<UUID> userId) implements Binding {}

        /** The rows of all tenants, for a stated reason. */
        record AllTenants(String reason) implements Binding {}
    }

    private TenantScope() {}

    /** Runs {@code work} for a tenant. */
    public static <T, X extends Throwable> T call(UUID tenantId, ScopedValue.CallableOp<? extends T, X> work) throws X {
        return where(new Binding.OneTenant(tenantId, Optional.empty())).call(work);
    }

    /** Runs {@code work} for a user of a tenant, where there is no request whose caller says so. */
    public static <T, X extends Throwable> T call(
            UUID tenantId, UUID userId, ScopedValue.CallableOp<? extends T, X> work) throws X {
        return where(new Binding.OneTenant(tenantId, Optional.of(userId))).call(work);
    }

    /** Runs {@code work} for a tenant. */
    public static void run(UUID tenantId, Runnable work) {
        where(new Binding.OneTenant(tenantId, Optional.empty())).run(work);
    }

    /** Runs {@code work} for all tenants; {@code reason} says in the log which job needs that. */
    public static <T, X extends Throwable> T callAsSystem(String reason, ScopedValue.CallableOp<? extends T, X> work)
            throws X {
        return where(new Binding.AllTenants(reason)).call(work);
    }

    /** Runs {@code work} for all tenants; {@code reason} says in the log which job needs that. */
    public static void runAsSystem(String reason, Runnable work) {
        where(new Binding.AllTenants(reason)).run(work);
    }

    static Optional<Binding> current() {
        return CURRENT.isBound() ? Optional.of(CURRENT.get()) : Optional.empty();
    }

    private static ScopedValue.Carrier where(Binding binding) {
        if (TransactionSynchronizationManager.isActualTransactionActive()
                && !current().equals(Optional.of(binding))) {
            throw new IllegalStateException("Open the tenant scope before the transaction, not inside it: " + binding);
        }
        if (binding instanceof Binding.AllTenants all) {
            log.atDebug().addKeyValue("reason", all.reason()).log("Entering the system scope");
        }
        return ScopedValue.where(CURRENT, binding);
    }
}
