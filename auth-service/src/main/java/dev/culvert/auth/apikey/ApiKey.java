package dev.culvert.auth.apikey;

import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/** A stored API key: everything but the key itself. */
record ApiKey(
        UUID id,
        UUID tenantId,
        UUID accountId,
        String name,
        String prefix,
        Set<String> scopes,
        Instant createdAt,
        Optional<Instant> expiresAt,
        Optional<Instant> revokedAt,
        Optional<Instant> lastUsedAt) {
    ApiKey {
        scopes = Set.copyOf(scopes);
    }

    boolean isActive(Instant now) {
        return revokedAt.isEmpty() && expiresAt.filter(end -> !end.isAfter(now)).isEmpty();
    }
}
