package dev.culvert.tunnel.access;

import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/** Who may use a tunnel changed; to be published in the transaction of the change. Whoever uses it now is asked for anew. */
public sealed interface AccessChanged {
    UUID tunnelId();

    /** A change that takes nothing from agents. */
    record Used(UUID tunnelId) implements AccessChanged {}

    /**
     * Somebody lost the right to serve the tunnel.
     *
     * @param person whose agents end; empty for a team, when the agents of all but the owner must ask anew
     */
    record NoLongerServed(UUID tunnelId, UUID ownerId, Optional<UUID> person) implements AccessChanged {}

    /**
     * Somebody may serve the tunnel until a time, which may be earlier than it was.
     *
     * @param person whose agents must ask anew if they would stay longer; empty for a team
     */
    record ServedUntil(UUID tunnelId, UUID ownerId, Optional<UUID> person, Instant end) implements AccessChanged {}

    /** The tunnel is somebody else's from now on: all agents must ask anew, also the new owner's, who came as a guest. */
    record HandedOver(UUID tunnelId) implements AccessChanged {}

    /** A change that takes nothing from agents. */
    static AccessChanged of(Standing tunnel) {
        return new Used(tunnel.tunnelId());
    }

    /**
     * A share allows something else.
     *
     * @param person empty for a team
     * @param role what it allows now
     * @param reduced whether that is less than before
     */
    static AccessChanged ofShare(
            UUID tunnelId,
            UUID ownerId,
            Optional<UUID> person,
            TunnelRole role,
            Optional<Instant> expiresAt,
            boolean reduced) {
        if (role.allows(TunnelAction.CONNECT.needs())) {
            return expiresAt
                    .<AccessChanged>map(end -> new ServedUntil(tunnelId, ownerId, person, end))
                    .orElseGet(() -> new Used(tunnelId));
        }
        return reduced ? new NoLongerServed(tunnelId, ownerId, person) : new Used(tunnelId);
    }
}
