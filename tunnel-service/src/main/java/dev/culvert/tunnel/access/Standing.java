package dev.culvert.tunnel.access;

import dev.culvert.tunnel.session.Grant;
import java.util.Optional;
import java.util.UUID;

/**
 * What a caller is to a tunnel.
 *
 * @param tenantId of the tunnel, not of the caller
 * @param ownerId whose tunnel it is
 * @param shareId by which share, if by one
 */
public record Standing(
        UUID tunnelId, UUID tenantId, UUID ownerId, String name, TunnelRole role, Optional<UUID> shareId) {

    static Standing of(KnownTunnel tunnel, Grant grant) {
        return new Standing(
                tunnel.id(),
                tunnel.tenantId(),
                tunnel.ownerId(),
                tunnel.name(),
                TunnelRole.ofWireName(grant.role()),
                grant.kind() == Grant.Kind.SHARE ? grant.id() : Optional.empty());
    }

    /** What the one who just made a tunnel is to it. */
    public static Standing ofCreator(UUID tunnelId, UUID tenantId, UUID ownerId, String name) {
        return new Standing(tunnelId, tenantId, ownerId, name, TunnelRole.OWNER, Optional.empty());
    }

    /** Whether the tunnel is the caller's own. */
    public boolean own() {
        return role == TunnelRole.OWNER;
    }
}
