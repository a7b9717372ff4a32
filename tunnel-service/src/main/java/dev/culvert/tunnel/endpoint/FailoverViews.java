package dev.culvert.tunnel.endpoint;

import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.platform.paging.Page;
import dev.culvert.platform.paging.PageRequest;
import dev.culvert.platform.problem.ProblemException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** What is read of a tunnel's endpoints. Whoever asks has been let in, in the scope of the tunnel's tenant. */
@Service
@Transactional(readOnly = true)
public class FailoverViews {
    private final Endpoints endpoints;
    private final EndpointStore store;

    FailoverViews(Endpoints endpoints, EndpointStore store) {
        this.endpoints = endpoints;
        this.store = store;
    }

    /** Which endpoint carries a tunnel; empty before the first agent came. */
    public Optional<FailoverState> state(UUID tunnelId) {
        return read(tunnelId).map(tunnel -> FailoverState.of(tunnel, endpoints.waiting(tunnelId)));
    }

    /** In the order in which they are used. */
    List<EndpointResponse> endpoints(UUID tunnelId) {
        return read(tunnelId)
                .map(tunnel -> tunnel.endpoints().stream()
                        .sorted(EndpointChoice.RANK)
                        .map(endpoint -> response(tunnel, endpoint))
                        .toList())
                .orElse(List.of());
    }

    EndpointResponse endpoint(UUID tunnelId, UUID endpointId) {
        return read(tunnelId)
                .flatMap(tunnel -> tunnel.ofId(endpointId).map(endpoint -> response(tunnel, endpoint)))
                .orElseThrow(EndpointCommands::unknown);
    }

    /** The endpoint that carries the next request. */
    EndpointResponse next(UUID tunnelId) {
        return read(tunnelId)
                .flatMap(tunnel -> endpoints.choice(tunnel).leader().map(endpoint -> response(tunnel, endpoint)))
                .orElseThrow(() -> new ProblemException(
                                ProblemCode.AGENT_OFFLINE, "No endpoint of this tunnel has an agent. Start one.")
                        .withAlias("TUNNEL_NOT_AVAILABLE")
                        .withRetryAfter(Duration.ofSeconds(2)));
    }

    FailoverSettings settings(UUID tunnelId) {
        return read(tunnelId).map(TunnelEndpoints::settings).orElse(FailoverSettings.DEFAULTS);
    }

    FailoverStatusResponse status(UUID tunnelId) {
        FailoverState state = state(tunnelId)
                .orElseGet(() -> new FailoverState(null, null, null, false, null, null, endpoints.waiting(tunnelId)));
        return new FailoverStatusResponse(state, settings(tunnelId), endpoints(tunnelId));
    }

    Page<Switch> switches(UUID tunnelId, PageRequest page) {
        return Page.of(store.switches(tunnelId, page.limit(), page.offset()), store.countSwitches(tunnelId), page);
    }

    /** As stored, with what this replica found out since. */
    private Optional<TunnelEndpoints> read(UUID tunnelId) {
        return store.read(tunnelId)
                .map(stored -> endpoints.of(tunnelId).map(stored::updated).orElse(stored));
    }

    private EndpointResponse response(TunnelEndpoints tunnel, Endpoint endpoint) {
        return EndpointResponse.of(tunnel, endpoint, endpoints.connections(tunnel.tunnelId(), endpoint.name()));
    }
}
