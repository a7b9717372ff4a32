package dev.culvert.tunnel.diagnostics;

import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A tunnel took another status (requirement P2.4.3).
 *
 * @param from absent for the first status a tunnel has
 * @param reason what led to it, e.g. {@code agent_connected}
 */
record Transition(
        @Schema(example = "connecting") @Nullable String from,
        @Schema(example = "connected") String to,
        @Schema(example = "agent_connected") String reason,
        Instant time) {}
