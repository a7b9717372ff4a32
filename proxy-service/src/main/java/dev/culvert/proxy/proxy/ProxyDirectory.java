package dev.culvert.proxy.proxy;

import dev.culvert.data.tenant.TenantScope;
import dev.culvert.platform.caller.Caller;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.springframework.data.domain.Limit;
import org.springframework.stereotype.Component;
import org.springframework.transaction.event.TransactionalEventListener;
import org.springframework.transaction.support.TransactionOperations;

/**
 * What the data plane asks: which proxy does this caller mean? The caller's own first, then the oldest of that name in the
 * tenant. Every look-up blocks on the tables; {@link #changes()} tells when kept answers are outdated.
 */
@Component
public class ProxyDirectory {
    private final AtomicLong changes = new AtomicLong();
    private final ProxyRepository proxies;
    private final TransactionOperations transactions;

    ProxyDirectory(ProxyRepository proxies, TransactionOperations transactions) {
        this.proxies = proxies;
        this.transactions = transactions;
    }

    /** Answer of the directory. */
    public sealed interface Resolution {
        /** Nothing of that name that the caller may know of; strangers' proxies included. */
        record Unknown() implements Resolution {}

        /** The proxy exists but is stopped. */
        record Stopped() implements Resolution {}

        /** The proxy runs. */
        record Found(ProxyRoute route) implements Resolution {}
    }

    /** Resolves a decoded name as the caller sees it. */
    public Resolution resolve(String name, Caller caller) {
        return TenantScope.call(
                caller.tenantId(),
                () -> transactions.execute(
                        _ -> proxies.named(caller.tenantId(), caller.userId(), name, Limit.of(1)).stream()
                                .findFirst()
                                .map(ProxyDirectory::resolution)
                                .orElseGet(Resolution.Unknown::new)));
    }

    private static Resolution resolution(Proxy proxy) {
        return proxy.status() == ProxyState.STOPPED
                ? new Resolution.Stopped()
                : new Resolution.Found(new ProxyRoute(proxy.getId(), proxy.userId(), proxy.name(), proxy.targets()));
    }

    /** Rises with every change of any proxy that was committed in this replica. */
    public long changes() {
        return changes.get();
    }

    @TransactionalEventListener
    void committed(ProxyChanged change) {
        changes.incrementAndGet();
    }

    /** Stores when requests last came. */
    public void noteActivity(Map<UUID, Instant> latest) {
        TenantScope.runAsSystem(
                "note the last activity of proxies",
                () -> transactions.executeWithoutResult(_ -> latest.entrySet().stream()
                        .sorted(Map.Entry.comparingByKey()) // in one order on all replicas, so that none waits for
                        // another
                        .forEach(entry -> proxies.noteActivity(entry.getKey(), entry.getValue()))));
    }

    /** Proxies of all tenants that are not stopped. */
    public long countRunning() {
        Long count = TenantScope.callAsSystem(
                "count running proxies", () -> transactions.execute(_ -> proxies.countRunning()));
        return count == null ? 0 : count;
    }
}
