package dev.culvert.tunnel.access;

import dev.culvert.contracts.event.EventEnvelope;
import dev.culvert.contracts.event.EventType;
import dev.culvert.contracts.event.Topics;
import dev.culvert.contracts.event.TunnelEvent.TunnelLinkRevoked;
import dev.culvert.contracts.event.TunnelEvent.TunnelShareChanged;
import dev.culvert.contracts.event.TunnelEvent.TunnelShareRevoked;
import dev.culvert.contracts.event.TunnelEvent.TunnelVisibilityChanged;
import dev.culvert.data.inbox.EventHandler;
import dev.culvert.tunnel.connection.ReplicaProperties;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Hears of changes that were made through another replica. Each replica has guests of its own, so each reads. */
@Component
class ForeignAccessChanges implements EventHandler {
    private static final Set<EventType> WITHDRAWING = Set.of(
            EventType.TUNNEL_SHARE_CHANGED,
            EventType.TUNNEL_SHARE_REVOKED,
            EventType.TUNNEL_LINK_REVOKED,
            EventType.TUNNEL_VISIBILITY_CHANGED);

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
        return WITHDRAWING.contains(type);
    }

    @Override
    public void handle(EventEnvelope<?> event) {
        switch (event.data()) {
            case TunnelShareRevoked gone -> withdrawn(gone.tunnelId(), gone.userId(), gone.granteeUserId());
            case TunnelShareChanged changed
            when changed.reduced() -> withdrawn(changed.tunnelId(), changed.userId(), changed.granteeUserId());
            case TunnelLinkRevoked gone -> changed(gone.tunnelId(), gone.userId());
            case TunnelVisibilityChanged changed -> changed(changed.tunnelId(), changed.userId());
            default -> {}
        }
    }

    private void withdrawn(UUID tunnelId, UUID ownerId, @Nullable UUID person) {
        notices.committed(new AccessChanged(tunnelId, ownerId, Optional.ofNullable(person), person == null));
    }

    private void changed(UUID tunnelId, UUID ownerId) {
        notices.committed(new AccessChanged(tunnelId, ownerId, Optional.empty(), false));
    }
}
