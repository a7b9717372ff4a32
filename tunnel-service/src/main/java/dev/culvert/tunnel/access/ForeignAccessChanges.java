package dev.culvert.tunnel.access;

import dev.culvert.contracts.event.EventEnvelope;
import dev.culvert.contracts.event.EventType;
import dev.culvert.contracts.event.Topics;
import dev.culvert.contracts.event.TunnelEvent.TunnelLinkRevoked;
import dev.culvert.contracts.event.TunnelEvent.TunnelShareChanged;
import dev.culvert.contracts.event.TunnelEvent.TunnelShareRevoked;
import dev.culvert.contracts.event.TunnelEvent.TunnelTransferred;
import dev.culvert.contracts.event.TunnelEvent.TunnelVisibilityChanged;
import dev.culvert.data.inbox.EventHandler;
import dev.culvert.tunnel.connection.ReplicaProperties;
import java.util.Optional;
import java.util.Set;
import org.springframework.stereotype.Component;

/** Hears of changes that were made through another replica. Each replica has guests of its own, so each reads. */
@Component
class ForeignAccessChanges implements EventHandler {
    private static final Set<EventType> CHANGING = Set.of(
            EventType.TUNNEL_SHARE_CHANGED,
            EventType.TUNNEL_SHARE_REVOKED,
            EventType.TUNNEL_LINK_REVOKED,
            EventType.TUNNEL_VISIBILITY_CHANGED,
            EventType.TUNNEL_TRANSFERRED);

    private final AccessNotices notices;
    private final String consumer;

    ForeignAccessChanges(AccessNotices notices, ReplicaProperties replica) {
        this.notices = notices;
        this.consumer = "tunnel-access-" + replica.name().replaceAll("[^A-Za-z0-9-]", "-");
    }

    @Override
    public String consumer() {
        return consumer;
    }

    @Override
    public Set<String> topics() {
        return Set.of(Topics.TUNNELS);
    }

    @Override
    public boolean wants(EventType type) {
        return CHANGING.contains(type);
    }

    @Override
    public void handle(EventEnvelope<?> event) {
        switch (event.data()) {
            case TunnelShareRevoked gone ->
                notices.committed(new AccessChanged.NoLongerServed(
                        gone.tunnelId(), gone.userId(), Optional.ofNullable(gone.granteeUserId())));
            case TunnelShareChanged changed ->
                notices.committed(AccessChanged.ofShare(
                        changed.tunnelId(),
                        changed.userId(),
                        Optional.ofNullable(changed.granteeUserId()),
                        TunnelRole.ofWireName(changed.role()),
                        Optional.ofNullable(changed.expiresAt()),
                        changed.reduced()));
            case TunnelLinkRevoked gone -> notices.committed(new AccessChanged.Used(gone.tunnelId()));
            case TunnelVisibilityChanged changed -> notices.committed(new AccessChanged.Used(changed.tunnelId()));
            case TunnelTransferred over -> notices.committed(new AccessChanged.HandedOver(over.tunnelId()));
            default -> {}
        }
    }
}
