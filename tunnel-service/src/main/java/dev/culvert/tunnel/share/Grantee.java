package dev.culvert.tunnel.share;

import java.util.Optional;
import java.util.UUID;

/**
 * Whom a tunnel is shared with.
 *
 * @param userId the person; empty if it is a team
 * @param tenantId the person's tenant, or the team
 * @param name of the person or team
 */
record Grantee(Optional<UUID> userId, UUID tenantId, String name) {
    static Grantee person(UUID userId, UUID tenantId, String name) {
        return new Grantee(Optional.of(userId), tenantId, name);
    }

    static Grantee team(UUID tenantId, String name) {
        return new Grantee(Optional.empty(), tenantId, name);
    }

    /** The team, if it is one. */
    Optional<UUID> teamId() {
        return userId.isPresent() ? Optional.empty() : Optional.of(tenantId);
    }
}
