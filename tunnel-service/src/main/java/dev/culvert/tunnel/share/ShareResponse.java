package dev.culvert.tunnel.share;

import dev.culvert.tunnel.access.QuotaState;
import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A tunnel shared with a person or a team.
 *
 * @param userId the person, if it is one
 * @param teamId the tenant whose members it is shared with, if it is a team
 * @param name user name of the person or name of the team
 * @param expiresAt when it ends by itself
 * @param quota what may be used by it, and what was
 */
record ShareResponse(
        UUID id,
        UUID tunnelId,
        @Nullable UUID userId,
        @Nullable UUID teamId,
        @Schema(example = "ada") String name,

        @Schema(allowableValues = {"viewer", "editor", "admin"})
        String permission,

        UUID createdBy,
        Instant createdAt,
        @Nullable Instant expiresAt,
        QuotaState quota) {}
