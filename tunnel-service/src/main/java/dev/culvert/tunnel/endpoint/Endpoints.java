package dev.culvert.tunnel.endpoint;

import dev.culvert.tunnel.cluster.ClusterMap;
import dev.culvert.tunnel.session.AgentSession;
import dev.culvert.tunnel.session.SessionRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;

/**
 * The endpoints of all tunnels, in memory: choosing one asks no store. What is known comes from the database and from what
 * requests and health checks of this replica find out, which holds at once and is stored afterwards. From any thread.
 */
public final class Endpoints {
    private final SessionRegistry registry;
    private final ClusterMap cluster;
    private final Clock clock;
    private final RandomGenerator random;
    private final ConcurrentHashMap<UUID, TunnelEndpoints> known = new ConcurrentHashMap<>();
    private final Set<Key> unsaved = ConcurrentHashMap.newKeySet();
    private final WaitingRoom waiting = new WaitingRoom();
    private final ConcurrentHashMap<UUID, AtomicInteger> moved = new ConcurrentHashMap<>();

    /** An endpoint of a tunnel. */
    record Key(UUID tunnelId, String name) {}

    public Endpoints(SessionRegistry registry, ClusterMap cluster, Clock clock, RandomGenerator random) {
        this.registry = registry;
        this.cluster = cluster;
        this.clock = clock;
        this.random = random;
    }

    // For requests

    /** Begins the way of one request. */
    public Itinerary itinerary(UUID tunnelId) {
        return new Itinerary(this, tunnelId);
    }

    /** Whether requests may wait for an endpoint of the tunnel, although no agent is there. */
    public boolean holdsRequests(UUID tunnelId) {
        return several(tunnelId)
                .filter(tunnel -> tunnel.settings().patience().isPositive())
                .isPresent();
    }

    /** The tunnel, if it has something to choose between. */
    Optional<TunnelEndpoints> several(UUID tunnelId) {
        return Optional.ofNullable(known.get(tunnelId)).filter(TunnelEndpoints::several);
    }

    Optional<Endpoint> choose(TunnelEndpoints tunnel, Set<String> tried) {
        return choice(tunnel).forRequest(tried, random);
    }

    /** Answers what lets the request leave. */
    Runnable enterWaitingRoom(UUID tunnelId, ScheduledExecutorService loop, Duration atMost, Runnable call) {
        return waiting.enter(tunnelId, loop, atMost, call);
    }

    /** A request had to leave an endpoint. */
    void countMove(UUID tunnelId) {
        moved.computeIfAbsent(tunnelId, _ -> new AtomicInteger()).incrementAndGet();
    }

    /** A request was not answered by the endpoint. */
    void failed(UUID tunnelId, String endpoint, String why) {
        change(tunnelId, endpoint, health -> health.failed(why, now()));
    }

    /** A request was answered; told for each one, so it costs next to nothing while all is well. */
    void succeeded(UUID tunnelId, String endpoint) {
        TunnelEndpoints tunnel = known.get(tunnelId);
        if (tunnel != null) {
            tunnel.named(endpoint)
                    .map(Endpoint::health)
                    .filter(health -> !health.succeeded(now()).equals(health))
                    .ifPresent(_ -> change(tunnelId, endpoint, health -> health.succeeded(now())));
        }
    }

    // For who keeps them

    void learn(TunnelEndpoints stored) {
        known.compute(stored.tunnelId(), (_, before) -> before == null ? stored : stored.updated(before));
    }

    /** Whether what is known of a tunnel is what was stored of it at a time. */
    boolean knowsAsStoredAt(UUID tunnelId, Instant time) {
        TunnelEndpoints tunnel = known.get(tunnelId);
        return tunnel != null && tunnel.storedAt().equals(time);
    }

    /**
     * Forgets tunnels that are no more.
     *
     * @param tunnels all there were
     * @param latest when the last of them was changed: what was stored after that is not among them
     */
    void retain(Set<UUID> tunnels, Instant latest) {
        known.values()
                .removeIf(tunnel -> !tunnels.contains(tunnel.tunnelId())
                        && !tunnel.storedAt().isAfter(latest));
        moved.keySet().retainAll(known.keySet());
    }

    Optional<TunnelEndpoints> of(UUID tunnelId) {
        return Optional.ofNullable(known.get(tunnelId));
    }

    Collection<TunnelEndpoints> all() {
        return known.values();
    }

    void change(UUID tunnelId, String endpoint, UnaryOperator<Health> change) {
        known.computeIfPresent(tunnelId, (_, tunnel) -> {
            TunnelEndpoints changed = tunnel.with(endpoint, change);
            if (!changed.equals(tunnel)) {
                unsaved.add(new Key(tunnelId, endpoint));
            }
            return changed;
        });
    }

    /** Endpoints whose health changed since it was asked last. */
    List<Key> takeUnsaved() {
        List<Key> keys = List.copyOf(unsaved);
        keys.forEach(unsaved::remove);
        return keys;
    }

    /** Notes that a change could not be saved. */
    void saveLater(Key key) {
        unsaved.add(key);
    }

    EndpointChoice choice(TunnelEndpoints tunnel) {
        return new EndpointChoice(tunnel, name -> presence(tunnel.tunnelId(), name), now());
    }

    Presence presence(UUID tunnelId, String endpoint) {
        Presence best = Presence.NONE;
        for (AgentSession session : registry.usable(tunnelId)) {
            if (session.info().endpoint().equals(endpoint)) {
                if (!session.link().suspect()) {
                    return Presence.ANSWERING;
                }
                best = Presence.SUSPECT;
            }
        }
        boolean elsewhere = cluster.elsewhere(tunnelId).stream()
                .anyMatch(holder -> holder.lease().endpointOrDefault().equals(endpoint));
        return elsewhere ? Presence.ANSWERING : best;
    }

    /** Agent connections of an endpoint, on all replicas. */
    int connections(UUID tunnelId, String endpoint) {
        long here = registry.usable(tunnelId).stream()
                .filter(session -> session.info().endpoint().equals(endpoint))
                .count();
        long elsewhere = cluster.elsewhere(tunnelId).stream()
                .filter(holder -> holder.lease().endpointOrDefault().equals(endpoint))
                .count();
        return Math.toIntExact(here + elsewhere);
    }

    /** Lets those who wait try again, if there is somebody to answer them. */
    void callIfServed(UUID tunnelId) {
        if (waiting.size(tunnelId) > 0
                && of(tunnelId).flatMap(tunnel -> choice(tunnel).leader()).isPresent()) {
            waiting.call(tunnelId);
        }
    }

    /** Requests that wait for an endpoint now, on this replica. */
    int waiting(UUID tunnelId) {
        return waiting.size(tunnelId);
    }

    /** Requests that wait now, or had to move since this was asked last as far as that has been noticed. */
    int takeQueueSize(UUID tunnelId) {
        AtomicInteger left = moved.get(tunnelId);
        return waiting.size(tunnelId) + (left == null ? 0 : left.getAndSet(0));
    }

    /** To the microsecond, as PostgreSQL keeps it. */
    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }
}
