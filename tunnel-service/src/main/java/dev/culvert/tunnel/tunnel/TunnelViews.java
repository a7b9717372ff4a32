package dev.culvert.tunnel.tunnel;

import dev.culvert.platform.caller.Caller;
import dev.culvert.platform.paging.Page;
import dev.culvert.platform.paging.PageRequest;
import dev.culvert.tunnel.access.Standing;
import dev.culvert.tunnel.access.TunnelAccess;
import dev.culvert.tunnel.access.TunnelRole;
import dev.culvert.tunnel.activity.Activity;
import dev.culvert.tunnel.activity.ActivityLog;
import dev.culvert.tunnel.connection.AgentConnection;
import dev.culvert.tunnel.connection.AgentConnections;
import dev.culvert.tunnel.endpoint.FailoverViews;
import dev.culvert.tunnel.usage.UsageDays;
import dev.culvert.tunnel.usage.UsageTotals;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.web.util.UriUtils;

/**
 * What is read of tunnels. Whoever asks for one by its id has been let in by {@link TunnelAccess}, which opened the scope of the
 * tunnel's tenant.
 */
@Service
@Transactional(readOnly = true)
class TunnelViews {
    private final TunnelRepository tunnels;
    private final AgentConnections connections;
    private final UsageDays usage;
    private final ActivityLog activity;
    private final FailoverViews failover;

    TunnelViews(
            TunnelRepository tunnels,
            AgentConnections connections,
            UsageDays usage,
            ActivityLog activity,
            FailoverViews failover) {
        this.tunnels = tunnels;
        this.connections = connections;
        this.usage = usage;
        this.activity = activity;
        this.failover = failover;
    }

    /**
     * A tunnel with what is known of it.
     *
     * @param revision counts its edits
     */
    record Found(int revision, TunnelResponse response) {}

    Found find(Standing reader) {
        Tunnel tunnel = stored(reader.tunnelId());
        return new Found(
                tunnel.revision(), responses(List.of(tunnel), reader.role()).getFirst());
    }

    TunnelConfig config(UUID id) {
        return stored(id).config();
    }

    Page<TunnelResponse> list(Caller caller, PageRequest page) {
        List<Tunnel> found = tunnels.page(caller.userId(), page.limit(), page.offset());
        return Page.of(responses(found, TunnelRole.OWNER), tunnels.countByUserId(caller.userId()), page);
    }

    /** Up to {@code limit} tunnels from a place in the list on, or from its beginning. */
    TunnelSlice listFrom(Optional<TunnelCursor> from, int limit, Caller caller) {
        int oneMore = limit + 1; // tells whether there is a next page without counting them all
        List<Tunnel> found = from.map(place -> tunnels.behind(caller.userId(), place.createdAt(), place.id(), oneMore))
                .orElseGet(() -> tunnels.page(caller.userId(), oneMore, 0));
        List<Tunnel> shown = found.subList(0, Math.min(limit, found.size()));
        Optional<String> next = found.size() > limit
                ? Optional.of(TunnelCursor.behind(shown.getLast()).text())
                : Optional.empty();
        return new TunnelSlice(responses(shown, TunnelRole.OWNER), next);
    }

    TunnelStatusResponse status(UUID id) {
        Tunnel tunnel = stored(id);
        Lifecycle life = tunnel.lifecycle();
        List<AgentConnection> open = connections.of(List.of(id)).getOrDefault(id, List.of());
        return new TunnelStatusResponse(
                id,
                tunnel.name(),
                life.status().wireName(),
                life.stopped(),
                life.reason(),
                tunnel.statusChangedAt(),
                open.size(),
                open,
                failover.state(id).orElse(null));
    }

    Page<Activity> activity(UUID id, PageRequest page) {
        return activity.of(id, page);
    }

    private Tunnel stored(UUID id) {
        return tunnels.findById(id).orElseThrow(TunnelAccess::notFound);
    }

    private List<TunnelResponse> responses(List<Tunnel> found, TunnelRole reader) {
        List<UUID> ids = found.stream().map(Tunnel::getId).toList();
        Map<UUID, List<AgentConnection>> open = connections.of(ids);
        Map<UUID, UsageTotals> totals = usage.totals(ids);
        return found.stream()
                .map(tunnel -> response(
                        tunnel,
                        reader,
                        open.getOrDefault(tunnel.getId(), List.of()),
                        totals.getOrDefault(tunnel.getId(), UsageTotals.NONE)))
                .toList();
    }

    private static TunnelResponse response(
            Tunnel tunnel, TunnelRole reader, List<AgentConnection> open, UsageTotals totals) {
        return new TunnelResponse(
                tunnel.getId(),
                tunnel.userId(),
                tunnel.name(),
                tunnel.description(),
                tunnel.status().wireName(),
                pathFor(tunnel, reader),
                tunnel.visibility(),
                reader.wireName(),
                tunnel.config(),
                open,
                totals,
                tunnel.createdFrom(),
                tunnel.createdWith(),
                tunnel.createdAt(),
                tunnel.updatedAt());
    }

    /** A name is its owner's: for others a tunnel of their own may have the same one. */
    private static String pathFor(Tunnel tunnel, TunnelRole reader) {
        return reader == TunnelRole.OWNER
                ? "/t/" + UriUtils.encodePathSegment(tunnel.name(), StandardCharsets.UTF_8) + "/"
                : "/t/" + tunnel.getId() + "/";
    }
}
