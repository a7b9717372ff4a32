package dev.culvert.tunnel.tunnel;

import dev.culvert.tunnel.connection.AgentConnection;
import dev.culvert.tunnel.usage.UsageTotals;
import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A tunnel (requirement R4.1a).
 *
 * @param path where requests to it go; a percent-encoded path at the gateway, to be followed by the local service's path
 * @param visibility who may use it without a share
 * @param permission what the reader is to it
 * @param endpoints agents that are connected now
 * @param metrics sums over all its requests
 * @param creatorIp address it was created from
 * @param creatorAgent client it was created with
 */
record TunnelResponse(
        UUID id,
        UUID userId,
        @Schema(example = "ollama") String name,

        @Schema(example = "The model server under my desk") @Nullable
        String description,

        @Schema(allowableValues = {"created", "connecting", "connected", "disconnected", "error"})
        String status,

        @Schema(example = "/t/ollama/") String path,

        @Schema(allowableValues = {"private", "shared", "public"})
        String visibility,

        @Schema(allowableValues = {"owner", "admin", "editor", "viewer"})
        String permission,

        TunnelConfig config,
        List<AgentConnection> endpoints,
        UsageTotals metrics,
        @Schema(example = "203.0.113.7") String creatorIp,
        @Schema(example = "curl/8.5.0") String creatorAgent,
        Instant createdAt,
        Instant updatedAt) {}
