package dev.culvert.auth.role;

import dev.culvert.contracts.identity.Role;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * Somebody holds a role, or held it once.
 *
 * @param grantedBy the administrator; absent for the role the installation gave
 */
record RoleGrant(
        UUID id,
        UUID accountId,
        Role role,
        Optional<UUID> grantedBy,
        Instant grantedAt,
        Optional<UUID> revokedBy,
        Optional<Instant> revokedAt) {

    boolean active() {
        return revokedAt.isEmpty();
    }
}
