package dev.culvert.tunnel.endpoint;

import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * An endpoint of a tunnel (requirements R4.4, D5).
 *
 * @param url of the local service as its agent says
 * @param active whether it carries the tunnel
 * @param healthReason why it is unhealthy, or what failed last; empty if nothing did
 * @param consecutiveFailures failures that no success has taken back; three make it unhealthy
 * @param recoveredAt since when it has not been unhealthy, if it ever was
 * @param connections of its agents
 */
record EndpointResponse(
        UUID id,
        @Schema(example = "workshop") String name,
        @Schema(example = "http://127.0.0.1:11434") String url,
        @Schema(example = "100") int priority,
        @Schema(example = "1") int weight,
        @Schema(example = "/health") @Nullable String healthCheckPath,
        @Schema(example = "1") int maxRetries,
        boolean active,

        @Schema(allowableValues = {"unknown", "healthy", "unhealthy"})
        String healthStatus,

        @Schema(example = "unreachable") String healthReason,
        @Schema(example = "0") int consecutiveFailures,
        @Nullable Instant lastHealthCheck,
        @Nullable Instant recoveredAt,
        @Schema(example = "2") int connections) {
    static EndpointResponse of(TunnelEndpoints tunnel, Endpoint endpoint, int connections) {
        Health stored = endpoint.health();
        boolean gone = connections == 0 && stored.status() != Health.Status.UNKNOWN;
        Health health = gone ? stored.gone(stored.changedAt()) : stored;
        return new EndpointResponse(
                endpoint.id(),
                endpoint.name(),
                endpoint.url(),
                endpoint.priority(),
                endpoint.weight(),
                endpoint.healthCheckPath().orElse(null),
                endpoint.maxRetries(),
                tunnel.active().filter(endpoint.name()::equals).isPresent(),
                health.status().wireName(),
                health.reason(),
                health.failures(),
                health.checkedAt().orElse(null),
                health.recoveredAt().orElse(null),
                connections);
    }
}
