package dev.culvert.tunnel.diagnostics;

import dev.culvert.tunnel.connection.AgentConnection;
import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * How a tunnel does, in a line.
 *
 * @param connections agents that are connected now, on all replicas
 * @param errorsByCategory failed requests of the last hours; categories without any are left out
 */
record TunnelSummary(
        UUID tunnelId,
        @Schema(example = "ollama") String name,
        @Schema(example = "connected") String status,
        @Schema(example = "agent_connected") String reason,
        Instant since,
        List<AgentConnection> connections,
        Map<String, Long> errorsByCategory) {}
