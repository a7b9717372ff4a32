package dev.culvert.tunnel.tunnel;

import dev.culvert.tunnel.connection.AgentConnection;
import dev.culvert.tunnel.endpoint.FailoverState;
import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Whether a tunnel carries traffic (requirement R4.2).
 *
 * @param stopped its owner stopped it; no agent is let in until it is started
 * @param reason what led to the status
 * @param since when it took the status
 * @param endpoints agent connections that are open
 * @param failover which of its endpoints carries it; absent before its first agent came
 */
record TunnelStatusResponse(
        UUID id,
        @Schema(example = "ollama") String name,

        @Schema(allowableValues = {"created", "connecting", "connected", "disconnected", "error"})
        String status,

        boolean stopped,
        @Schema(example = "agent_connected") String reason,
        Instant since,
        @Schema(example = "2") int connections,
        List<AgentConnection> endpoints,
        @Nullable FailoverState failover) {}
