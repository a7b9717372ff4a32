package dev.culvert.tunnel.access;

import java.util.Optional;
import java.util.UUID;

/**
 * Who may use a tunnel changed; to be published in the transaction of the change.
 *
 * @param withdrawnFrom a person whose right became smaller; their agents go
 * @param teamWithdrawn a whole team's right became smaller; the agents of guests must ask anew
 */
public record AccessChanged(UUID tunnelId, UUID ownerId, Optional<UUID> withdrawnFrom, boolean teamWithdrawn) {
    /** A change that takes nothing from agents. */
    public static AccessChanged of(Standing tunnel) {
        return new AccessChanged(tunnel.tunnelId(), tunnel.ownerId(), Optional.empty(), false);
    }
}
