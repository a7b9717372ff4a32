package dev.culvert.tunnel.share;

import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Somebody asked to be let in to a tunnel.
 *
 * @param status pending until it is decided or expires
 * @param expiresAt until when it can be decided
 */
record AccessRequestResponse(
        UUID id,
        UUID tunnelId,
        UUID requesterId,
        @Schema(example = "ada") String requesterName,

        @Schema(allowableValues = {"viewer", "editor", "admin"})
        String permission,

        String message,

        @Schema(allowableValues = {"pending", "approved", "refused", "expired"})
        String status,

        Instant createdAt,
        Instant expiresAt,
        @Nullable UUID decidedBy,
        @Nullable Instant decidedAt) {}
