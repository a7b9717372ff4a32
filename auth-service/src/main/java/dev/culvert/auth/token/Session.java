package dev.culvert.auth.token;

import dev.culvert.auth.assurance.Assurance;
import java.time.Instant;
import java.util.UUID;

/**
 * One sign-in and what followed from it.
 *
 * @param lastUsedAt when its tokens were renewed last
 * @param expiresAt when it ends however much it is used
 * @param idleExpiresAt when it ends unless its tokens are renewed before
 * @param assurance how and when its owner proved who they are
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
        Instant idleExpiresAt,
        Assurance assurance) {

    /** When it ends if nothing happens. */
    Instant end() {
        return idleExpiresAt.isBefore(expiresAt) ? idleExpiresAt : expiresAt;
    }
}
