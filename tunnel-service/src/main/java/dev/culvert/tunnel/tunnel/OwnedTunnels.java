package dev.culvert.tunnel.tunnel;

import dev.culvert.platform.caller.Caller;
import dev.culvert.tunnel.access.TunnelAccess;
import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/** Tells other features which tunnel an id means to a caller. A stranger's tunnel is not found. */
@Component
@Transactional(propagation = Propagation.MANDATORY, readOnly = true)
public class OwnedTunnels {
    private final TunnelRepository tunnels;

    OwnedTunnels(TunnelRepository tunnels) {
        this.tunnels = tunnels;
    }

    /**
     * A tunnel, as its owner may see it.
     *
     * @param status one of created, connecting, connected, disconnected, error
     * @param reason what led to the status
     * @param since when it took the status
     */
    public record OwnedTunnel(
            UUID id,
            UUID tenantId,
            UUID userId,
            @Schema(example = "ollama") String name,
            @Schema(example = "connected") String status,
            @Schema(example = "agent_connected") String reason,
            Instant since) {}

    /**
     * The caller's tunnel of an id.
     *
     * @throws dev.culvert.platform.problem.ProblemException TUNNEL_001 if there is none
     */
    public OwnedTunnel require(UUID id, Caller caller) {
        return tunnels.findById(id)
                .filter(tunnel -> tunnel.userId().equals(caller.userId()))
                .map(OwnedTunnels::owned)
                .orElseThrow(TunnelAccess::notFound);
    }

    /** The caller's tunnels, latest first. */
    public List<OwnedTunnel> all(Caller caller, int limit) {
        return tunnels.page(caller.userId(), limit, 0).stream()
                .map(OwnedTunnels::owned)
                .toList();
    }

    /** Tunnels of the given ids that exist, whoever owns them, in the order of their ids. For jobs in the system scope. */
    public List<OwnedTunnel> those(Collection<UUID> ids) {
        return ids.isEmpty()
                ? List.of()
                : tunnels.findAllByIdInOrderById(ids).stream()
                        .map(OwnedTunnels::owned)
                        .toList();
    }

    private static OwnedTunnel owned(Tunnel tunnel) {
        Lifecycle life = tunnel.lifecycle();
        return new OwnedTunnel(
                tunnel.getId(),
                tunnel.tenantId(),
                tunnel.userId(),
                tunnel.name(),
                life.status().wireName(),
                life.reason(),
                tunnel.statusChangedAt());
    }
}
