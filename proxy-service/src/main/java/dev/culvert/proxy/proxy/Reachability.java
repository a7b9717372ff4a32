package dev.culvert.proxy.proxy;

import dev.culvert.contracts.event.ProxyEvent.ProxyStatusChanged;
import dev.culvert.data.outbox.Outbox;
import dev.culvert.proxy.tunnel.KnownTunnels;
import dev.culvert.proxy.tunnel.TunnelState;
import dev.culvert.proxy.tunnel.TunnelTold;
import java.util.Optional;
import java.util.UUID;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/**
 * Whether a proxy has a target that can take requests, as far as tunnels tell (requirement R4.5). It is asked when the proxy or
 * one of its tunnels changes, whichever comes first, so both orders end alike; and nothing is refused because of it, since a
 * request finds out by itself.
 */
@Component
@Transactional(propagation = Propagation.MANDATORY)
class Reachability {
    private final KnownTunnels tunnels;
    private final ProxyRepository proxies;
    private final Outbox outbox;

    Reachability(KnownTunnels tunnels, ProxyRepository proxies, Outbox outbox) {
        this.tunnels = tunnels;
        this.proxies = proxies;
        this.outbox = outbox;
    }

    /** To be called before a proxy's row is locked whose targets change: tunnels stay as they are until that is done. */
    void hold(UUID tenantId) {
        tunnels.hold(tenantId);
    }

    /** The tunnel of a target as the proxy's owner sees it; empty for an address, and where nothing was told. */
    Optional<TunnelState> tunnelOf(Proxy proxy, Target target) {
        return target instanceof Target.Tunnel tunnel
                ? tunnels.find(proxy.tenantId(), proxy.userId(), tunnel.tunnel())
                : Optional.empty();
    }

    /** One of which nothing is known can take requests. */
    private boolean reaches(Proxy proxy, Target target) {
        return tunnelOf(proxy, target).map(TunnelState::connected).orElse(true);
    }

    /** Compares a proxy with its targets, and tells of the difference. */
    void settle(Proxy proxy, String reason) {
        String before = proxy.shownStatus();
        proxy.reach(proxy.targets().stream().anyMatch(target -> reaches(proxy, target)));
        String now = proxy.shownStatus();
        if (!now.equals(before)) {
            outbox.append(
                    proxy.tenantId(),
                    new ProxyStatusChanged(proxy.getId(), proxy.userId(), proxy.name(), before, now, reason));
        }
    }

    @EventListener
    void told(TunnelTold news) {
        proxies.leadingTo(news.tenantId(), news.name())
                .forEach(id -> proxies.lock(id).ifPresent(proxy -> settle(proxy, news.reason())));
    }
}
