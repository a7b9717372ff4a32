package dev.culvert.tunnel.endpoint;

import dev.culvert.tunnel.endpoint.Health.Status;
import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How a tunnel's endpoints do (requirement R4.2).
 *
 * @param status healthy if one is; unhealthy if all are; else unknown
 * @param lastCheck of any of them
 */
record HealthResponse(
        @Schema(allowableValues = {"unknown", "healthy", "unhealthy"})
        String status,

        @Nullable Instant lastCheck,
        List<EndpointResponse> endpoints) {
    static HealthResponse of(List<EndpointResponse> endpoints) {
        List<Status> known = endpoints.stream()
                .map(endpoint -> Status.ofWireName(endpoint.healthStatus()))
                .toList();
        Status worst = known.isEmpty() || known.contains(Status.UNKNOWN) ? Status.UNKNOWN : Status.UNHEALTHY;
        Status status = known.contains(Status.HEALTHY) ? Status.HEALTHY : worst;
        Optional<Instant> last = endpoints.stream()
                .flatMap(endpoint -> Optional.ofNullable(endpoint.lastHealthCheck()).stream())
                .max(Comparator.naturalOrder());
        return new HealthResponse(status.wireName(), last.orElse(null), endpoints);
    }
}
