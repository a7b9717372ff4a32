package dev.culvert.tunnel.cluster;

import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Instant;
import java.util.List;

/**
 * The replicas of this service.
 *
 * @param agentConnections of all replicas together
 * @param requests under way on all replicas together
 */
record ClusterResponse(List<MemberResponse> members, int agentConnections, int requests) {
    ClusterResponse {
        members = List.copyOf(members);
    }

    /**
     * One replica.
     *
     * @param address where other replicas reach its data port
     * @param draining whether it is going down
     * @param leaseAgeSeconds time since its last sign of life
     * @param answering whether it is the one that gives this answer
     */
    @Schema(name = "TunnelClusterMember")
    record MemberResponse(
            @Schema(example = "tunnel-service-0") String name,
            @Schema(example = "10.1.2.3:9083") String address,
            @Schema(example = "0.1.0") String version,
            Instant startedAt,
            int agentConnections,
            int requests,
            boolean draining,
            @Schema(example = "1.4") double leaseAgeSeconds,
            boolean answering) {}
}
