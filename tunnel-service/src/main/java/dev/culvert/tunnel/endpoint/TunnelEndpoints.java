package dev.culvert.tunnel.endpoint;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.UnaryOperator;

/**
 * A tunnel's endpoints and what was decided about them, as one replica knows it.
 *
 * @param active which one carries the tunnel; empty before the first agent came
 * @param picked which one a person wants to carry it
 * @param switchedAt when and why it changed last
 * @param checksRequestedAt when somebody last wanted all to be checked
 * @param storedAt when what is stored of it was last changed
 */
record TunnelEndpoints(
        UUID tunnelId,
        UUID tenantId,
        FailoverSettings settings,
        List<Endpoint> endpoints,
        Optional<String> active,
        Optional<String> picked,
        Optional<Instant> switchedAt,
        String switchReason,
        Optional<Instant> checksRequestedAt,
        Instant storedAt) {
    TunnelEndpoints {
        endpoints = List.copyOf(endpoints);
    }

    /** Whether there is anything to choose. */
    boolean several() {
        return endpoints.size() > 1;
    }

    Optional<Endpoint> named(String name) {
        return endpoints.stream()
                .filter(endpoint -> endpoint.name().equals(name))
                .findFirst();
    }

    Optional<Endpoint> ofId(UUID id) {
        return endpoints.stream().filter(endpoint -> endpoint.id().equals(id)).findFirst();
    }

    /** The one that carries the tunnel when all do well. */
    Optional<Endpoint> primary() {
        return endpoints.stream().min(EndpointChoice.RANK);
    }

    Optional<Endpoint> activeEndpoint() {
        return active.flatMap(this::named);
    }

    TunnelEndpoints with(String name, UnaryOperator<Health> change) {
        return having(endpoints.stream()
                .map(endpoint ->
                        endpoint.name().equals(name) ? endpoint.with(change.apply(endpoint.health())) : endpoint)
                .toList());
    }

    /** This with other endpoints. */
    TunnelEndpoints having(List<Endpoint> others) {
        return new TunnelEndpoints(
                tunnelId,
                tenantId,
                settings,
                others,
                active,
                picked,
                switchedAt,
                switchReason,
                checksRequestedAt,
                storedAt);
    }

    /** This as stored, with what this replica has found out about health since; unless it knows of a later change. */
    TunnelEndpoints updated(TunnelEndpoints before) {
        if (before.storedAt.isAfter(storedAt)) {
            return before;
        }
        return having(endpoints.stream()
                .map(stored -> before.ofId(stored.id())
                        .map(Endpoint::health)
                        .filter(known ->
                                known.changedAt().isAfter(stored.health().changedAt()))
                        .map(stored::with)
                        .orElse(stored))
                .toList());
    }
}
