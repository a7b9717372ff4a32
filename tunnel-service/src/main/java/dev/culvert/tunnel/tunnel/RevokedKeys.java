package dev.culvert.tunnel.tunnel;

import dev.culvert.contracts.event.AuthEvent.ApiKeyExpired;
import dev.culvert.contracts.event.AuthEvent.ApiKeyRevoked;
import dev.culvert.contracts.event.AuthEvent.ApiKeyUpdated;
import dev.culvert.contracts.event.EventEnvelope;
import dev.culvert.contracts.event.EventType;
import dev.culvert.contracts.event.Topics;
import dev.culvert.contracts.identity.Scope;
import dev.culvert.data.inbox.EventHandler;
import dev.culvert.tunnel.connection.ReplicaProperties;
import java.util.Set;
import org.springframework.stereotype.Component;

/** Closes the agents that came with an API key when the key ends or may no longer connect any. Each replica has agents of its own, so each reads. */
@Component
class RevokedKeys implements EventHandler {
    private static final Set<EventType> ENDING =
            Set.of(EventType.API_KEY_REVOKED, EventType.API_KEY_EXPIRED, EventType.API_KEY_UPDATED);

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
        return ENDING.contains(type);
    }

    @Override
    public void handle(EventEnvelope<?> event) {
        switch (event.data()) {
            case ApiKeyRevoked revoked -> presence.revoke(revoked.apiKeyId());
            case ApiKeyExpired expired -> presence.revoke(expired.apiKeyId());
            case ApiKeyUpdated updated
            when !updated.scopes().contains(Scope.TUNNELS_CONNECT) -> presence.revoke(updated.apiKeyId());
            default -> {}
        }
    }
}
