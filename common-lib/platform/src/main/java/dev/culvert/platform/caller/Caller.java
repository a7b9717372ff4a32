package dev.culvert.platform.caller;

import dev.culvert.contracts.identity.Permission;
import dev.culvert.contracts.identity.Role;
import dev.culvert.contracts.identity.Scope;
import dev.culvert.contracts.identity.Tier;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * The verified caller of a request. Controllers take it as a parameter.
 *
 * @param sessionId sign-in session the token belongs to; absent when it was made from an API key
 * @param apiKeyId API key the token was made from; absent on sign-in tokens
 * @param authenticatedAt when the caller last proved who they are; absent on tokens made from an API key
 * @param tokenId the {@code jti} of the token
 */
public record Caller(
        UUID userId,
        UUID tenantId,
        Tier tier,
        Set<Role> roles,
        Set<String> scopes,
        Optional<String> sessionId,
        Optional<UUID> apiKeyId,
        Optional<Instant> authenticatedAt,
        Optional<String> tokenId) {

    public Caller {
        roles = Set.copyOf(roles);
        scopes = Set.copyOf(scopes);
    }

    /** A caller of whom nothing is known about when they signed in. */
    public Caller(
            UUID userId,
            UUID tenantId,
            Tier tier,
            Set<Role> roles,
            Set<String> scopes,
            Optional<String> sessionId,
            Optional<UUID> apiKeyId) {
        this(userId, tenantId, tier, roles, scopes, sessionId, apiKeyId, Optional.empty(), Optional.empty());
    }

    /** Whether the token was given the scope. */
    public boolean hasScope(String scope) {
        return scopes.contains(scope);
    }

    /** Whether a role grants the permission and the token may use it: API keys never carry {@link Scope#ADMIN}. */
    public boolean has(Permission permission) {
        return hasScope(Scope.ADMIN)
                && roles.stream().anyMatch(role -> role.permissions().contains(permission));
    }
}
