package dev.culvert.auth.token;

import java.time.Instant;
import java.util.UUID;

/**
 * One sign-in and what followed from it.
 *
 * @param lastUsedAt when its tokens were renewed last
 * @param expiresAt when it ends however much it is used
 * @param idleExpiresAt when it ends unless its tokens are renewed before
 */
record Session(
        UUID id,
        UUID tenantId,
        UUID accountId,
        String clientAddress,
        String userAgent,
        Instant createdAt,
        Instant lastUsedAt,
        Instant expiresAt,
        Instant idleExpiresAt) {

    /** When it ends if nothing happens. */
    Instant end() {
        return idleExpiresAt.isBefore(expiresAt) ? idleExpiresAt : expiresAt;
    }
}
