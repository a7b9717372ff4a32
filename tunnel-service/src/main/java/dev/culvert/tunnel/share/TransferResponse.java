package dev.culvert.tunnel.share;

import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Instant;
import java.util.UUID;

/**
 * An offer of a tunnel to a new owner.
 *
 * @param tunnelName when it was offered
 * @param expiresAt until when it can be taken
 */
record TransferResponse(
        UUID id,
        UUID tunnelId,
        @Schema(example = "ollama") String tunnelName,
        UUID ownerId,
        UUID receiverId,
        @Schema(example = "ada") String receiverName,
        Instant createdAt,
        Instant expiresAt) {}
