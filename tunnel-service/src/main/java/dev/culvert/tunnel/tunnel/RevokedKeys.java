package dev.culvert.tunnel.tunnel;

import dev.culvert.contracts.event.AuthEvent.ApiKeyRevoked;
import dev.culvert.contracts.event.EventEnvelope;
import dev.culvert.contracts.event.EventType;
import dev.culvert.contracts.event.Topics;
import dev.culvert.data.inbox.EventHandler;
import dev.culvert.tunnel.connection.ReplicaProperties;
import java.util.Set;
import org.springframework.stereotype.Component;

/** Closes the agents that came with an API key when the key is revoked. Each replica has agents of its own, so each reads. */
@Component
class RevokedKeys implements EventHandler {
    private final AgentPresence presence;
    private final String consumer;

    RevokedKeys(AgentPresence presence, ReplicaProperties replica) {
        this.presence = presence;
        this.consumer = "tunnel-revoked-keys-" + replica.name().replaceAll("[^A-Za-z0-9-]", "-");
    }

    @Override
    public String consumer() {
        return consumer;
    }

    @Override
    public Set<String> topics() {
        return Set.of(Topics.AUTH);
    }

    @Override
    public boolean wants(EventType type) {
        return type == EventType.API_KEY_REVOKED;
    }

    @Override
    public void handle(EventEnvelope<?> event) {
        if (event.data() instanceof ApiKeyRevoked revoked) {
            presence.revoke(revoked.apiKeyId());
        }
    }
}
