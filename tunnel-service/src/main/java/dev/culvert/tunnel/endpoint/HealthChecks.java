package dev.culvert.tunnel.endpoint;

import dev.culvert.tunnel.cluster.ClusterMap;
import dev.culvert.tunnel.session.AgentSession;
import dev.culvert.tunnel.session.SessionRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Checks endpoints whose agents are here (requirements R4.2, P2.3.6, X-20): those of tunnels that have several, and those with
 * a path to ask for. The local service of a plain tunnel is left in peace, as nothing would follow. Where several replicas have
 * agents of an endpoint, one of them checks.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a check notes by itself what it found
final class HealthChecks {
    /** What somebody asked for longer ago has been answered, or cannot be. */
    private static final Duration REQUESTS_HOLD = Duration.ofMinutes(1);

    private final Endpoints endpoints;
    private final SessionRegistry registry;
    private final ClusterMap cluster;
    private final EndpointProperties properties;
    private final Clock clock;
    private final ConcurrentHashMap<Endpoints.Key, Check> last = new ConcurrentHashMap<>();

    /** A check that was begun. */
    private record Check(Instant begun, CompletableFuture<?> done) {}

    HealthChecks(
            Endpoints endpoints,
            SessionRegistry registry,
            ClusterMap cluster,
            EndpointProperties properties,
            Clock clock) {
        this.endpoints = endpoints;
        this.registry = registry;
        this.cluster = cluster;
        this.properties = properties;
        this.clock = clock;
    }

    /** Begins the checks of a tunnel that are due. */
    void beginDue(TunnelEndpoints tunnel) {
        for (Endpoint endpoint : tunnel.endpoints()) {
            boolean regular = tunnel.several() || endpoint.healthCheckPath().isPresent();
            if (!regular && tunnel.checksRequestedAt().isEmpty()) {
                continue; // most tunnels, four times a second
            }
            Check before = last.get(new Endpoints.Key(tunnel.tunnelId(), endpoint.name()));
            boolean wanted = tunnel.checksRequestedAt()
                    .filter(at -> at.plus(REQUESTS_HOLD).isAfter(clock.instant()))
                    .filter(at -> before == null || before.begun().isBefore(at))
                    .isPresent();
            if (wanted || (regular && isDue(tunnel, endpoint, before))) {
                begin(tunnel.tunnelId(), endpoint);
            }
        }
    }

    private boolean isDue(TunnelEndpoints tunnel, Endpoint endpoint, @Nullable Check before) {
        if (before == null) {
            return true;
        }
        Duration usual = tunnel.settings().checkInterval();
        Duration interval = endpoint.health().inDoubt() ? shorter(usual, properties.doubtInterval()) : usual;
        return !before.begun().plus(interval).isAfter(clock.instant());
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    /**
     * Checks all endpoints of a tunnel whose agents are here.
     *
     * @return completed when all have been
     */
    CompletableFuture<Void> now(TunnelEndpoints tunnel) {
        return CompletableFuture.allOf(tunnel.endpoints().stream()
                .map(endpoint -> begin(tunnel.tunnelId(), endpoint))
                .toArray(CompletableFuture<?>[]::new));
    }

    private CompletableFuture<?> begin(UUID tunnelId, Endpoint endpoint) {
        Optional<AgentSession> session = sessionOf(tunnelId, endpoint.name());
        if (session.isEmpty()) {
            return CompletableFuture.completedFuture(endpoint);
        }
        return last.compute(new Endpoints.Key(tunnelId, endpoint.name()), (_, before) -> {
                    if (before != null && !before.done().isDone()) {
                        return before;
                    }
                    return new Check(clock.instant(), ask(session.get(), tunnelId, endpoint));
                })
                .done();
    }

    /** An agent that carries as much as it takes is not asked more, and one that cannot be asked is missed soon enough. */
    private CompletableFuture<?> ask(AgentSession session, UUID tunnelId, Endpoint endpoint) {
        if (!session.tryBegin()) {
            return CompletableFuture.completedFuture(endpoint);
        }
        return HealthProbe.ask(session, endpoint.healthCheckPath(), properties.checkTimeout())
                .handle((wrong, failure) -> {
                    session.end();
                    if (failure == null) {
                        note(tunnelId, endpoint.name(), wrong);
                    }
                    return endpoint;
                });
    }

    private void note(UUID tunnelId, String endpoint, Optional<String> wrong) {
        Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
        endpoints.change(
                tunnelId,
                endpoint,
                health -> wrong.map(why -> health.notPassed(why, now)).orElseGet(() -> health.passed(now)));
    }

    /** One that answers first. Empty if another replica checks, or has the agent. */
    private Optional<AgentSession> sessionOf(UUID tunnelId, String endpoint) {
        boolean another = cluster.elsewhere(tunnelId).stream()
                .filter(holder -> holder.lease().endpointOrDefault().equals(endpoint))
                .anyMatch(holder -> holder.member().name().compareTo(cluster.self()) < 0);
        return another
                ? Optional.empty()
                : registry.usable(tunnelId).stream()
                        .filter(session -> session.info().endpoint().equals(endpoint))
                        .min((one, other) -> Boolean.compare(
                                one.link().suspect(), other.link().suspect()));
    }

    /** Forgets tunnels that are no more. */
    void retainKnown() {
        last.keySet().removeIf(key -> endpoints.of(key.tunnelId()).isEmpty());
    }
}
