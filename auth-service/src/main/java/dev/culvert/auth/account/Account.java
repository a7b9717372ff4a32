package dev.culvert.auth.account;

import dev.culvert.contracts.identity.Role;
import dev.culvert.contracts.identity.Tier;
import java.time.Instant;
import java.util.Set;
import java.util.UUID;

/** Somebody who can sign in, without the password. */
public record Account(
        UUID id,
        UUID tenantId,
        String username,
        String email,
        Tier tier,
        Set<Role> roles,
        boolean emailVerified,
        Instant createdAt) {
    public Account {
        roles = Set.copyOf(roles);
    }

    /** Whether any role allows more than a user's own resources. */
    public boolean administrator() {
        return roles.stream().anyMatch(role -> !role.permissions().isEmpty());
    }
}
