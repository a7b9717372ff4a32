package dev.culvert.tunnel.endpoint;

import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.random.RandomGenerator;

/**
 * Which endpoint gets a request (requirements R4.4, P2.3.3, P2.3.7): the picked one; else those that do well, the highest
 * priority first and by weight among equals; else the best of those that do not. An endpoint without an agent gets none.
 */
final class EndpointChoice {
    /** Who goes first when all do well. */
    static final Comparator<Endpoint> RANK = Comparator.comparingInt(Endpoint::priority)
            .thenComparingInt(Endpoint::weight)
            .reversed()
            .thenComparing(Endpoint::name);

    private final TunnelEndpoints tunnel;
    private final Function<String, Presence> presence;
    private final Instant now;

    /**
     * @param presence of the endpoint of a name
     */
    EndpointChoice(TunnelEndpoints tunnel, Function<String, Presence> presence, Instant now) {
        this.tunnel = tunnel;
        this.presence = presence;
        this.now = now;
    }

    /** The endpoint for one request, none of {@code tried}. */
    Optional<Endpoint> forRequest(Set<String> tried, RandomGenerator random) {
        List<Endpoint> best = best(tried);
        if (best.size() < 2) {
            return best.stream().findFirst();
        }
        int left = random.nextInt(best.stream().mapToInt(Endpoint::weight).sum());
        for (Endpoint endpoint : best) {
            left -= endpoint.weight();
            if (left < 0) {
                return Optional.of(endpoint);
            }
        }
        throw new IllegalStateException("Weights of endpoints are positive");
    }

    /** The endpoint that carries the tunnel: the present one as long as it is among the best. */
    Optional<Endpoint> leader() {
        List<Endpoint> best = best(Set.of());
        Optional<Endpoint> active = tunnel.activeEndpoint();
        boolean noneDoesWell = best.stream().noneMatch(this::doesWell) && !isPicked(best);
        boolean stays = active.filter(endpoint -> best.contains(endpoint) || (noneDoesWell && isPresent(endpoint)))
                .isPresent();
        return stays ? active : best.stream().min(RANK);
    }

    private boolean isPicked(List<Endpoint> best) {
        return best.stream()
                .anyMatch(endpoint ->
                        tunnel.picked().filter(endpoint.name()::equals).isPresent());
    }

    private List<Endpoint> best(Set<String> tried) {
        List<Endpoint> present = tunnel.endpoints().stream()
                .filter(endpoint -> !tried.contains(endpoint.name()) && isPresent(endpoint))
                .toList();
        Optional<Endpoint> picked = tunnel.picked().flatMap(tunnel::named).filter(present::contains);
        if (picked.isPresent()) {
            return List.of(picked.get());
        }
        List<Endpoint> well = present.stream().filter(this::doesWell).toList();
        List<Endpoint> free =
                well.stream().filter(endpoint -> !isHeldBack(endpoint, well)).toList();
        return well.isEmpty() ? lastResort(present) : highest(free.isEmpty() ? well : free);
    }

    private boolean isPresent(Endpoint endpoint) {
        return presence.apply(endpoint.name()) != Presence.NONE;
    }

    private boolean doesWell(Endpoint endpoint) {
        return !endpoint.health().unhealthy() && presence.apply(endpoint.name()) == Presence.ANSWERING;
    }

    /** Recovered, but not for long enough to take over from one that does well (requirement P2.3.10). */
    private boolean isHeldBack(Endpoint endpoint, List<Endpoint> well) {
        return endpoint.health()
                        .recoveredAt()
                        .filter(since -> !tunnel.settings().takesBack(since, now))
                        .isPresent()
                && tunnel.activeEndpoint()
                        .filter(well::contains)
                        .filter(active -> active.priority() < endpoint.priority())
                        .isPresent();
    }

    private static List<Endpoint> highest(List<Endpoint> endpoints) {
        int priority = endpoints.stream().mapToInt(Endpoint::priority).max().orElse(0);
        return endpoints.stream()
                .filter(endpoint -> endpoint.priority() == priority)
                .toList();
    }

    private List<Endpoint> lastResort(List<Endpoint> present) {
        Comparator<Endpoint> hope = Comparator.comparing(
                        (Endpoint endpoint) -> presence.apply(endpoint.name()), Comparator.reverseOrder())
                .thenComparingInt(endpoint -> endpoint.health().failures())
                .thenComparing(RANK);
        return present.stream().min(hope).map(List::of).orElse(List.of());
    }
}
