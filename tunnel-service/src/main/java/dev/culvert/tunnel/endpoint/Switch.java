package dev.culvert.tunnel.endpoint;

import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Instant;

/**
 * A tunnel's requests went to another endpoint from then on (requirement P2.3.9).
 *
 * @param queueSize requests that waited for an endpoint or had left the one before when the switch was made, on the replica that
 *     made it; those that are lost with their connection in the same moment may be noticed after it and are not among them
 * @param replica which one that was
 */
record Switch(
        @Schema(example = "workshop") String fromEndpoint,
        @Schema(example = "spare") String toEndpoint,

        @Schema(
                allowableValues = {
                    "agent_offline",
                    "not_answering",
                    "unhealthy",
                    "removed",
                    "picked",
                    "recovered",
                    "higher_priority"
                })
        String reason,

        @Schema(example = "12") int queueSize,
        @Schema(example = "tunnel-0") String replica,
        Instant time) {}
