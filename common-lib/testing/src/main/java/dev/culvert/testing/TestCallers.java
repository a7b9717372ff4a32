package dev.culvert.testing;

import dev.culvert.contracts.identity.Role;
import dev.culvert.contracts.identity.Scope;
import dev.culvert.contracts.identity.Tier;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/** Sample callers with boring defaults: a user of the free tier in a tenant of their own, signed in. */
public record TestCallers(
        UUID userId,
        UUID tenantId,
        Tier tier,
        Set<Role> roles,
        Set<String> scopes,
        Optional<UUID> sessionId,
        Optional<UUID> apiKeyId) {

    public TestCallers {
        roles = Set.copyOf(roles);
        scopes = Set.copyOf(scopes);
    }

    /** Somebody new each time. */
    public static TestCallers user() {
        return new TestCallers(
                UUID.randomUUID(),
                UUID.randomUUID(),
                Tier.FREE,
                Set.of(Role.USER),
                Scope.ALL,
                Optional.of(UUID.randomUUID()),
                Optional.empty());
    }

    public static TestCallers superAdmin() {
        return user().withRoles(Role.SUPER_ADMIN);
    }

    public static TestCallers supportAdmin() {
        return user().withRoles(Role.SUPPORT_ADMIN);
    }

    /** A caller that came with an API key of these scopes. */
    public static TestCallers apiKey(String... scopes) {
        TestCallers user = user();
        return new TestCallers(
                user.userId,
                user.tenantId,
                user.tier,
                user.roles,
                Set.of(scopes),
                Optional.empty(),
                Optional.of(UUID.randomUUID()));
    }

    public TestCallers withUserId(UUID newUserId) {
        return new TestCallers(newUserId, tenantId, tier, roles, scopes, sessionId, apiKeyId);
    }

    public TestCallers withTenantId(UUID newTenantId) {
        return new TestCallers(userId, newTenantId, tier, roles, scopes, sessionId, apiKeyId);
    }

    public TestCallers withTier(Tier newTier) {
        return new TestCallers(userId, tenantId, newTier, roles, scopes, sessionId, apiKeyId);
    }

    public TestCallers withRoles(Role... newRoles) {
        return new TestCallers(userId, tenantId, tier, Set.of(newRoles), scopes, sessionId, apiKeyId);
    }

    public TestCallers withScopes(String... newScopes) {
        return new TestCallers(userId, tenantId, tier, roles, Set.of(newScopes), sessionId, apiKeyId);
    }
}
