package dev.culvert.proxy.proxy;

import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

/**
 * A proxy.
 *
 * @param path where requests to it go; a percent-encoded path at the gateway, to be followed by the target's path
 */
record ProxyResponse(
        UUID id,
        UUID userId,
        @Schema(example = "chat") String name,
        @Schema(allowableValues = {"running", "stopped"}) String status,
        @Schema(example = "/p/chat/") String path,
        List<Target> targets,
        Instant createdAt,
        Instant updatedAt) {}
