package dev.culvert.tunnel.diagnostics;

import dev.culvert.tunnel.diagnostics.LatencyBuckets.Latency;
import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * How a tunnel does, and why (requirement R4.7). From here, {@code connections} and {@code errors} have the ids that lead on.
 *
 * @param replica that answers; {@code pool} is its own, everything else is of all replicas
 * @param hours what errors and latencies look back on
 * @param states latest first
 * @param connections open ones, then the latest that ended
 * @param errorsByCategory failed requests; categories without any are left out
 * @param errors the latest of them
 * @param latency by hop, in the order of a request's way; {@code local} and {@code link} are parts of {@code answer}
 */
record DiagnosticsResponse(
        UUID tunnelId,
        @Schema(example = "ollama") String name,
        @Schema(example = "connected") String status,
        @Schema(example = "agent_connected") String reason,
        Instant since,
        @Schema(example = "tunnel-0") String replica,
        @Schema(example = "24") int hours,
        List<Transition> states,
        List<ConnectionResponse> connections,
        PoolFigures pool,
        Map<String, Long> errorsByCategory,
        List<RequestError> errors,
        Map<String, Latency> latency) {}
