package dev.culvert.tunnel.ingress;

import dev.culvert.platform.problem.ProblemWriter;
import dev.culvert.tunnel.cluster.Cluster;
import dev.culvert.tunnel.edge.AgentGate;
import dev.culvert.tunnel.edge.PolledLinks;
import dev.culvert.tunnel.endpoint.Endpoints;
import dev.culvert.tunnel.peer.PeerMeter;
import dev.culvert.tunnel.peer.PeerPass;
import dev.culvert.tunnel.peer.Peers;
import dev.culvert.tunnel.session.Admission;
import dev.culvert.tunnel.session.SessionRegistry;
import dev.culvert.tunnel.session.TrafficMeter;
import dev.culvert.tunnelprotocol.LinkSettings;
import dev.culvert.tunnelprotocol.MemoryBudget;
import io.netty.util.internal.PlatformDependent;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import tools.jackson.databind.json.JsonMapper;

/** The data plane of this service as one thing to start and to stop. */
public final class DataPort {
    private final DataPortProperties properties;
    private final Ingress ingress;
    private final DataPortServer server;
    private final Cluster cluster;
    private final AgentSpread spread;
    private final LoopWatch watch = new LoopWatch(LoopWatch.PERIOD);

    /**
     * Puts the parts together; nothing runs yet.
     *
     * @param json for the greeting of agents
     * @param cluster the other replicas
     * @param endpoints which of a tunnel's endpoints gets a request
     * @param pass how replicas recognise each other
     * @param peerMeter counts what is passed to them
     */
    public DataPort(
            DataPortProperties properties,
            Admission admission,
            SessionRegistry registry,
            TrafficMeter meter,
            ProblemWriter problems,
            JsonMapper json,
            Cluster cluster,
            Endpoints endpoints,
            PeerPass pass,
            PeerMeter peerMeter) {
        this.properties = properties;
        this.cluster = cluster;
        LinkSettings defaults = LinkSettings.DEFAULTS;
        LinkSettings link = new LinkSettings(
                defaults.streamWindowBytes(),
                defaults.connectionWindowBytes(),
                defaults.maxConcurrentStreams(),
                properties.pingInterval(),
                properties.suspectAfter(),
                properties.closeAfter());
        int eventLoops = properties.eventLoops() > 0
                ? properties.eventLoops()
                : Runtime.getRuntime().availableProcessors();
        DataPortLoops loops = new DataPortLoops(eventLoops);
        MemoryBudget memory = new MemoryBudget(memoryBudget(properties));
        AgentGate gate = new AgentGate(admission, registry, cluster.map(), link, json);
        this.ingress = new Ingress(
                admission,
                registry,
                gate,
                new PolledLinks(gate, cluster.map(), loops.workers()),
                cluster.map(),
                endpoints,
                new Peers(pass, peerMeter, link, loops.workers(), cluster.map()::others, registry, admission, memory),
                new RequestSlots(),
                memory,
                link.streamWindowBytes(),
                properties.firstByteTimeout(),
                properties.idleTimeout(),
                meter,
                problems,
                new AtomicBoolean(),
                new AtomicBoolean());
        this.server = new DataPortServer(ingress, properties.address(), properties.port(), loops);
        this.spread = new AgentSpread(registry, cluster.map());
    }

    private static long memoryBudget(DataPortProperties properties) {
        long configured = properties.memoryBudget().toBytes();
        return configured > 0 ? configured : PlatformDependent.maxDirectMemory() / 2;
    }

    public void start() throws InterruptedException {
        server.start();
        watch.start(server.workers());
        cluster.join(ingress.registry(), this::requests, server.address());
        server.open();
        spread.start(server.workers());
    }

    /** The port that is listened on. */
    public int port() {
        return server.port();
    }

    /** Lets agents find another replica and running requests finish, then stops. Blocks. */
    public void stop() throws InterruptedException {
        long noticeUntil = System.nanoTime() + cluster.notice().toNanos();
        ingress.draining().set(true);
        spread.stop();
        cluster.drain();
        spread.handOver(cluster.handOver(), cluster::look);
        for (long left = noticeUntil - System.nanoTime(); left > 0; left = noticeUntil - System.nanoTime()) {
            cluster.map().awaitChange(Duration.ofNanos(left));
        }
        if (ingress.polls().any()) {
            ingress.registry().drain(); // agents that poll finish by requests, for which the port must still be open
            ingress.polls().awaitEnd(properties.drainTimeout());
        }
        server.drain(properties.drainTimeout());
        cluster.leave();
    }

    /** What is under it: its connections and threads. */
    DataPortServer server() {
        return server;
    }

    /** Requests under way. */
    public int requests() {
        return ingress.slots().taken();
    }

    /** How late the threads are that move bytes. */
    Duration loopDelay() {
        return watch.delay();
    }

    /** Bytes that running requests may hold together. */
    public long reservedBytes() {
        return ingress.memory().reservedBytes();
    }
}
