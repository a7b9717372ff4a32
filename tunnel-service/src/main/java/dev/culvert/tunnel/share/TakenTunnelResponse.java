package dev.culvert.tunnel.share;

import io.swagger.v3.oas.annotations.media.Schema;
import java.util.UUID;

/**
 * A tunnel that has become the caller's.
 *
 * @param path where requests to it go
 */
record TakenTunnelResponse(
        UUID id,
        @Schema(example = "ollama") String name,
        @Schema(example = "/t/0197…/") String path) {}
