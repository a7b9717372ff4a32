package dev.culvert.auth.apikey;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * A stored API key: everything but the key itself.
 *
 * @param version counts the changes of its terms
 * @param successor the key that takes its place, once it was rotated
 */
record ApiKey(
        UUID id,
        UUID tenantId,
        UUID accountId,
        String prefix,
        KeyTerms terms,
        int version,
        Instant createdAt,
        Optional<Instant> revokedAt,
        Optional<Instant> lastUsedAt,
        Optional<UUID> rotatedFromId,
        Optional<Successor> successor) {

    /** The key that takes another one's place since a time. */
    record Successor(UUID id, Instant since) {}

    /** A key that was just made. */
    static ApiKey fresh(UUID tenantId, UUID accountId, String prefix, KeyTerms terms, Instant now) {
        return new ApiKey(
                UUID.randomUUID(),
                tenantId,
                accountId,
                prefix,
                terms,
                1,
                now,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    /** A key with the same terms in place of this one; it lives as long as this one was meant to. */
    ApiKey successor(String newPrefix, Instant now) {
        Optional<Instant> end = terms.expiresAt().map(old -> now.plus(Duration.between(createdAt, old)));
        ApiKey next = fresh(tenantId, accountId, newPrefix, terms.withExpiry(end), now);
        return new ApiKey(
                next.id,
                tenantId,
                accountId,
                newPrefix,
                next.terms,
                next.version,
                now,
                Optional.empty(),
                Optional.empty(),
                Optional.of(id),
                Optional.empty());
    }

    boolean isActive(Instant now) {
        return revokedAt.isEmpty()
                && terms.expiresAt().filter(end -> !end.isAfter(now)).isEmpty();
    }

    /** Whether somebody still uses this key though another one took its place. */
    boolean usedSinceRotation() {
        return successor
                .flatMap(next -> lastUsedAt.filter(used -> used.isAfter(next.since())))
                .isPresent();
    }
}
