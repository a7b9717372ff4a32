package dev.culvert.tunnel.diagnostics;

import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.contracts.problem.Violation;
import dev.culvert.platform.caller.Caller;
import dev.culvert.platform.paging.Page;
import dev.culvert.platform.paging.PageRequest;
import dev.culvert.platform.problem.ProblemException;
import dev.culvert.tunnel.connection.AgentConnections;
import dev.culvert.tunnel.connection.ReplicaProperties;
import dev.culvert.tunnel.diagnostics.TunnelPast.PastConnection;
import dev.culvert.tunnel.session.SessionFigures;
import dev.culvert.tunnel.session.SessionRegistry;
import dev.culvert.tunnel.tunnel.OwnedTunnels;
import dev.culvert.tunnel.tunnel.OwnedTunnels.OwnedTunnel;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** What a tunnel's owner reads to find a fault. */
@Service
@Transactional(readOnly = true)
class DiagnosticsViews {
    private static final int MAX_TUNNELS = 100;
    private static final PageRequest SOME = new PageRequest(20, 0);

    private final OwnedTunnels tunnels;
    private final TunnelPast past;
    private final AgentConnections connections;
    private final SessionRegistry sessions;
    private final ErrorLog errors;
    private final LatencyLog latencies;
    private final ReplicaProperties replica;
    private final Clock clock;

    DiagnosticsViews(
            OwnedTunnels tunnels,
            TunnelPast past,
            AgentConnections connections,
            SessionRegistry sessions,
            ErrorLog errors,
            LatencyLog latencies,
            ReplicaProperties replica,
            Clock clock) {
        this.tunnels = tunnels;
        this.past = past;
        this.connections = connections;
        this.sessions = sessions;
        this.errors = errors;
        this.latencies = latencies;
        this.replica = replica;
        this.clock = clock;
    }

    DiagnosticsResponse diagnostics(UUID tunnelId, int hours, Caller caller) {
        OwnedTunnel tunnel = tunnels.require(tunnelId, caller);
        Instant since = clock.instant().minus(Duration.ofHours(hours));
        return new DiagnosticsResponse(
                tunnelId,
                tunnel.name(),
                tunnel.status(),
                tunnel.reason(),
                tunnel.since(),
                replica.name(),
                hours,
                past.transitions(tunnelId, SOME).items(),
                responses(tunnelId, past.connections(tunnelId, SOME).items()),
                PoolFigures.of(sessions.figures(tunnelId)),
                errors.counts(List.of(tunnelId), since).getOrDefault(tunnelId, Map.of()),
                errors.of(tunnelId, Optional.empty(), SOME).items(),
                latencies.of(tunnelId, since));
    }

    SummaryResponse summary(int hours, Caller caller) {
        List<OwnedTunnel> owned = tunnels.all(caller, MAX_TUNNELS);
        List<UUID> ids = owned.stream().map(OwnedTunnel::id).toList();
        var open = connections.of(ids);
        var failed = errors.counts(ids, clock.instant().minus(Duration.ofHours(hours)));
        return new SummaryResponse(
                hours,
                owned.stream()
                        .map(tunnel -> new TunnelSummary(
                                tunnel.id(),
                                tunnel.name(),
                                tunnel.status(),
                                tunnel.reason(),
                                tunnel.since(),
                                open.getOrDefault(tunnel.id(), List.of()),
                                failed.getOrDefault(tunnel.id(), Map.of())))
                        .toList());
    }

    Page<Transition> states(UUID tunnelId, Caller caller, PageRequest page) {
        tunnels.require(tunnelId, caller);
        return past.transitions(tunnelId, page);
    }

    Page<ConnectionResponse> connections(UUID tunnelId, Caller caller, PageRequest page) {
        tunnels.require(tunnelId, caller);
        Page<PastConnection> found = past.connections(tunnelId, page);
        return Page.of(responses(tunnelId, found.items()), found.total(), page);
    }

    ConnectionResponse connection(UUID tunnelId, UUID connectionId, Caller caller) {
        tunnels.require(tunnelId, caller);
        PastConnection found = past.connection(tunnelId, connectionId)
                .orElseThrow(() -> new ProblemException(
                        ProblemCode.NOT_FOUND,
                        "The tunnel has no connection of this id. GET …/connections lists them."));
        return response(found, live(tunnelId).get(connectionId), errors.ofConnection(connectionId, SOME.limit()));
    }

    Page<RequestError> errors(UUID tunnelId, Optional<String> category, Caller caller, PageRequest page) {
        tunnels.require(tunnelId, caller);
        return errors.of(tunnelId, category.map(DiagnosticsViews::category), page);
    }

    private static ErrorCategory category(String word) {
        return ErrorCategory.named(word).orElseThrow(() -> {
            String known = Arrays.stream(ErrorCategory.values())
                    .map(ErrorCategory::wireName)
                    .collect(Collectors.joining(", "));
            return new ProblemException(ProblemCode.VALIDATION_ERROR, "There is no such category.")
                    .withViolations(List.of(new Violation("category", "must be one of " + known)));
        });
    }

    private Map<UUID, SessionFigures> live(UUID tunnelId) {
        return sessions.figures(tunnelId).stream()
                .collect(Collectors.toMap(SessionFigures::sessionId, Function.identity()));
    }

    private List<ConnectionResponse> responses(UUID tunnelId, List<PastConnection> found) {
        Map<UUID, SessionFigures> live = live(tunnelId);
        return found.stream()
                .map(connection -> response(connection, live.get(connection.id()), List.of()))
                .toList();
    }

    private static ConnectionResponse response(
            PastConnection connection, @Nullable SessionFigures live, List<RequestError> failed) {
        String health = connection.endedAt() != null
                ? "ended"
                : live == null ? "open" : live.health().name().toLowerCase(Locale.ROOT);
        return new ConnectionResponse(
                connection.id(),
                health,
                connection.agentInstance(),
                connection.agentVersion(),
                connection.remoteAddress(),
                connection.replica(),
                connection.connectedAt(),
                connection.endedAt(),
                live == null ? null : live.requests(),
                live == null ? null : live.maxRequests(),
                failed);
    }
}
