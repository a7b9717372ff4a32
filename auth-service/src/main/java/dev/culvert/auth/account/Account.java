package dev.culvert.auth.account;

import dev.culvert.contracts.identity.Role;
import dev.culvert.contracts.identity.Tier;
import java.time.Instant;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;

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

    /** The same person with more roles. */
    public Account withRoles(Set<Role> more) {
        Set<Role> all = Stream.concat(roles.stream(), more.stream()).collect(Collectors.toUnmodifiableSet());
        return new Account(id, tenantId, username, email, tier, all, emailVerified, createdAt);
    }

    /** Whether any role allows more than a user's own resources. */
    public boolean administrator() {
        return roles.stream().anyMatch(role -> !role.permissions().isEmpty());
    }
}
