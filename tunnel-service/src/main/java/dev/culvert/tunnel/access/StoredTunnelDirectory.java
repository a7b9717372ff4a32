package dev.culvert.tunnel.tunnel;

import dev.culvert.data.tenant.TenantScope;
import dev.culvert.platform.caller.Caller;
import dev.culvert.tunnel.session.TunnelDirectory;
import java.util.UUID;
import org.springframework.data.domain.Limit;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionOperations;

/**
 * Resolves names over the tunnels' table: the caller's own tunnel first, then the oldest of that name in the tenant. Every
 * look-up reads the table; the data plane keeps answers for a moment.
 */
@Component
class StoredTunnelDirectory implements TunnelDirectory {
    private final TunnelRepository tunnels;
    private final TransactionOperations transactions;

    StoredTunnelDirectory(TunnelRepository tunnels, TransactionOperations transactions) {
        this.tunnels = tunnels;
        this.transactions = transactions;
    }

    @Override
    public Resolution resolve(String name, Caller caller) {
        UUID tenantId = caller.tenantId();
        return TenantScope.call(
                tenantId,
                () -> transactions.execute(_ -> tunnels.named(tenantId, caller.userId(), name, Limit.of(1)).stream()
                        .findFirst()
                        .map(StoredTunnelDirectory::resolution)
                        .orElseGet(Resolution.Unknown::new)));
    }

    private static Resolution resolution(Tunnel tunnel) {
        if (tunnel.lifecycle().stopped()) {
            return new Resolution.Stopped(tunnel.getId());
        }
        return new Resolution.Found(
                tunnel.getId(),
                tunnel.tenantId(),
                tunnel.userId(),
                tunnel.name(),
                tunnel.config().connectionLimit(),
                tunnel.config().idleTimeout().orElse(null));
    }
}
