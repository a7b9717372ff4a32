package dev.culvert.tunnel.cluster;

import dev.culvert.contracts.identity.Permission;
import dev.culvert.platform.access.Access;
import dev.culvert.tunnel.cluster.ClusterResponse.MemberResponse;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** The replicas as the one that answers sees them (requirement P2.11.8). */
@RestController
@RequestMapping({"/api/v1/tunnels/cluster", "/api/v2/tunnels/cluster"})
@Tag(name = "Tunnel cluster", description = "The replicas that carry tunnels.")
class ClusterController {
    private final Cluster cluster;

    ClusterController(Cluster cluster) {
        this.cluster = cluster;
    }

    @GetMapping
    @Access(permission = Permission.VIEW_SYSTEM_METRICS)
    @Operation(
            summary = "List the replicas with what they carry",
            description =
                    "As the replica that answers knows them; figures of the others are as old as their last heartbeat.")
    ClusterResponse members() {
        Stream<MemberResponse> others = cluster.map().sightings().stream()
                .map(sighting -> response(sighting.member(), sighting.silentFor(), false));
        List<MemberResponse> all = Stream.concat(Stream.of(response(cluster.self(), Duration.ZERO, true)), others)
                .sorted(Comparator.comparing(MemberResponse::name))
                .toList();
        return new ClusterResponse(
                all,
                all.stream().mapToInt(MemberResponse::agentConnections).sum(),
                all.stream().mapToInt(MemberResponse::requests).sum());
    }

    private static MemberResponse response(Member member, Duration silentFor, boolean answering) {
        return new MemberResponse(
                member.name(),
                member.address(),
                member.version(),
                member.startedAt(),
                member.agents(),
                member.requests(),
                member.draining(),
                silentFor.toMillis() / 1000.0,
                answering);
    }
}
