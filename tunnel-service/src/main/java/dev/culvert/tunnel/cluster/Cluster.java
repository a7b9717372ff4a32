package dev.culvert.tunnel.cluster;

import dev.culvert.tunnel.session.SessionEvent;
import dev.culvert.tunnel.session.SessionListener;
import dev.culvert.tunnel.session.SessionRegistry;
import dev.culvert.tunnelprotocol.CloseReason;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.json.JsonMapper;

/** This replica's place among the others. */
public final class Cluster implements SessionListener {
    private static final Logger log = LoggerFactory.getLogger(Cluster.class);
    private static final Duration FIRST_LOOK = Duration.ofSeconds(5);

    private final ClusterProperties properties;
    private final String version;
    private final JsonMapper json;
    private final ClusterMap map;
    private final UUID incarnation = UUID.randomUUID();
    private final Instant startedAt;
    private volatile @Nullable Place place;
    private volatile boolean draining;
    private volatile Consumer<TunnelNews> news = _ -> {};

    /** What there is once the data port is open. */
    private record Place(
            String address,
            SessionRegistry sessions,
            IntSupplier requests,
            @Nullable ClusterKeeper keeper) {}

    /**
     * @param name unique among the replicas
     * @param version of this software
     */
    public Cluster(String name, ClusterProperties properties, String version, JsonMapper json, Clock clock) {
        this.properties = properties;
        this.version = version;
        this.json = json;
        this.map = new ClusterMap(name, System::nanoTime);
        this.startedAt = clock.instant();
    }

    /** The other replicas and what they hold. */
    public ClusterMap map() {
        return map;
    }

    /** How long a replica that stops goes on to accept connections. */
    public Duration notice() {
        return properties.notice();
    }

    /** How long a replica that stops waits for its agents to find another one. */
    public Duration handOver() {
        return properties.handOver();
    }

    /**
     * Begins to share this replica's agents with the others. Blocks until it knows of theirs and they of it, so that it refuses
     * no request whose agent is elsewhere; for a few seconds at most, because it can serve its own agents without the store.
     *
     * @param requests requests this replica answers at the moment
     * @param dataPort where it listens
     */
    public void join(SessionRegistry sessions, IntSupplier requests, InetSocketAddress dataPort)
            throws InterruptedException {
        String address = announced(dataPort);
        if (!properties.enabled()) {
            place = new Place(address, sessions, requests, null);
            return;
        }
        ClusterKeeper keeper = new ClusterKeeper(
                properties,
                map,
                sessions,
                requests,
                json,
                new ClusterKeeper.Self(map.self(), incarnation, address, version, startedAt),
                changed -> news.accept(changed));
        place = new Place(address, sessions, requests, keeper);
        keeper.start();
        boolean complete = keeper.awaitJoined(FIRST_LOOK);
        log.atInfo()
                .addKeyValue("culvert.replica", map.self())
                .addKeyValue("complete", complete)
                .addKeyValue("server.address", address)
                .log("Shares its agents with the other replicas");
    }

    private String announced(InetSocketAddress dataPort) {
        String configured = properties.address().strip();
        if (!configured.isEmpty()) {
            return configured.matches(".*:\\d+") ? configured : configured + ':' + dataPort.getPort();
        }
        InetAddress address = dataPort.getAddress();
        try {
            String host = (address.isAnyLocalAddress() ? InetAddress.getLocalHost() : address).getHostAddress();
            return (host.contains(":") ? '[' + host + ']' : host) + ':' + dataPort.getPort();
        } catch (UnknownHostException e) {
            throw new IllegalStateException(
                    "This machine's name has no address: set culvert.tunnel.cluster.address (TUNNEL_PEER_ADDRESS)", e);
        }
    }

    @Override
    public void onSession(SessionEvent event) {
        Place joined = place;
        if (joined != null && joined.keeper() != null) {
            joined.keeper().look(event.session().tunnelId());
        }
    }

    /** Passes on to the others which agents are here; to be called when that may have changed. */
    public void look() {
        Place joined = place;
        if (joined != null && joined.keeper() != null) {
            joined.keeper().look();
        }
    }

    /**
     * Tells the other replicas that a tunnel was changed here. Returns at once.
     *
     * @param close why its agents must be closed, null if they may stay
     */
    public void tell(UUID tunnelId, @Nullable CloseReason close) {
        Place joined = place;
        if (joined != null && joined.keeper() != null) {
            joined.keeper().tell(new TunnelNews(map.self(), tunnelId, close));
        }
    }

    /** Sets who hears of tunnels that other replicas changed; one thread, must not block for long. */
    public void onNews(Consumer<TunnelNews> listener) {
        news = listener;
    }

    /** Whether this replica goes down and wants no new agents. */
    public boolean draining() {
        return draining;
    }

    /** This replica as the others see it. Counts its agents. */
    public Member self() {
        Place joined = place;
        return new Member(
                map.self(),
                incarnation,
                joined == null ? "" : joined.address(),
                version,
                startedAt,
                0,
                0,
                joined == null ? 0 : joined.sessions().connections(),
                joined == null ? 0 : joined.requests().getAsInt(),
                draining);
    }

    /** Tells the others that this replica goes down and wants no new agents. Blocks for a moment. */
    public void drain() {
        draining = true;
        Place joined = place;
        if (joined != null && joined.keeper() != null) {
            joined.keeper().drain();
        }
    }

    /** Takes this replica out of the cluster. Blocks for a moment. */
    public void leave() {
        Place joined = place;
        place = null;
        if (joined != null && joined.keeper() != null) {
            joined.keeper().close();
        }
    }

    /** Falls silent without a word, as a process that is killed does. */
    public void vanish() {
        Place joined = place;
        place = null;
        if (joined != null && joined.keeper() != null) {
            joined.keeper().vanish();
        }
    }
}
