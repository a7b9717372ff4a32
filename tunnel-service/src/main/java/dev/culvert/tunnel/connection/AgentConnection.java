package dev.culvert.tunnel.connection;

import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Instant;
import java.util.UUID;

/**
 * An open agent connection, as the tunnel's owner is shown it.
 *
 * @param agentInstance random id of the agent process; several connections of one process share it
 */
public record AgentConnection(
        UUID id,
        @Schema(example = "k3v9q2m1") String agentInstance,
        @Schema(example = "0.1.0") String agentVersion,
        @Schema(example = "203.0.113.7") String remoteAddress,
        Instant connectedAt) {}
