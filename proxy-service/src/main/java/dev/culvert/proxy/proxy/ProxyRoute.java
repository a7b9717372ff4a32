package dev.culvert.proxy.proxy;

import java.util.Comparator;
import java.util.List;
import java.util.UUID;

/**
 * A running proxy as the data plane needs it.
 *
 * @param targets in the order they are tried
 */
public record ProxyRoute(UUID proxyId, UUID ownerId, String name, List<Target> targets) {
    public ProxyRoute {
        targets = targets.stream()
                .sorted(Comparator.comparingInt(Target::priority).reversed())
                .toList();
    }

    /** Whether any request of it may go to a tunnel. */
    public boolean usesTunnels() {
        return targets.stream().anyMatch(Target.Tunnel.class::isInstance);
    }
}
