package dev.culvert.tunnel.share;

import dev.culvert.tunnel.access.QuotaState;
import dev.culvert.tunnel.access.TunnelAccess.SharedTunnel;
import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A tunnel of somebody else that one may use.
 *
 * @param ownerId whose it is
 * @param path where requests to it go
 * @param expiresAt when the share ends by itself
 * @param quota what may be used by the share, and what was, by the whole team if it is a team's
 */
record SharedTunnelResponse(
        UUID id,
        @Schema(example = "ollama") String name,
        UUID ownerId,

        @Schema(allowableValues = {"created", "connecting", "connected", "disconnected", "error"})
        String status,

        @Schema(example = "/t/0197…/") String path,

        @Schema(allowableValues = {"viewer", "editor", "admin"})
        String permission,

        @Nullable Instant expiresAt,
        @Nullable QuotaState quota) {

    static SharedTunnelResponse of(SharedTunnel shared, @Nullable QuotaState quota) {
        return new SharedTunnelResponse(
                shared.standing().tunnelId(),
                shared.standing().name(),
                shared.standing().ownerId(),
                shared.status(),
                "/t/" + shared.standing().tunnelId() + "/",
                shared.standing().role().wireName(),
                shared.until().orElse(null),
                quota);
    }
}
