package dev.culvert.tunnel.ingress;

import dev.culvert.platform.problem.ProblemWriter;
import dev.culvert.tunnel.edge.AgentGate;
import dev.culvert.tunnel.session.Admission;
import dev.culvert.tunnel.session.SessionRegistry;
import dev.culvert.tunnel.session.TrafficMeter;
import dev.culvert.tunnelprotocol.LinkSettings;
import dev.culvert.tunnelprotocol.MemoryBudget;
import io.netty.util.internal.PlatformDependent;
import java.util.concurrent.atomic.AtomicBoolean;
import tools.jackson.databind.json.JsonMapper;

/** The data plane of this service as one thing to start and to stop. */
public final class DataPort {
    private final DataPortProperties properties;
    private final Ingress ingress;
    private final DataPortServer server;

    /**
     * Puts the parts together; nothing runs yet.
     *
     * @param json for the greeting of agents
     */
    public DataPort(
            DataPortProperties properties,
            Admission admission,
            SessionRegistry registry,
            TrafficMeter meter,
            ProblemWriter problems,
            JsonMapper json) {
        this.properties = properties;
        LinkSettings defaults = LinkSettings.DEFAULTS;
        LinkSettings link = new LinkSettings(
                defaults.streamWindowBytes(),
                defaults.connectionWindowBytes(),
                defaults.maxConcurrentStreams(),
                properties.pingInterval(),
                properties.suspectAfter(),
                properties.closeAfter());
        this.ingress = new Ingress(
                admission,
                registry,
                new AgentGate(admission, registry, link, json),
                new RequestSlots(),
                new MemoryBudget(memoryBudget(properties)),
                link.streamWindowBytes(),
                properties.firstByteTimeout(),
                properties.idleTimeout(),
                meter,
                problems,
                new AtomicBoolean());
        int eventLoops = properties.eventLoops() > 0
                ? properties.eventLoops()
                : Runtime.getRuntime().availableProcessors();
        this.server = new DataPortServer(ingress, properties.address(), properties.port(), eventLoops);
    }

    private static long memoryBudget(DataPortProperties properties) {
        long configured = properties.memoryBudget().toBytes();
        return configured > 0 ? configured : PlatformDependent.maxDirectMemory() / 2;
    }

    public void start() throws InterruptedException {
        server.start();
    }

    /** The port that is listened on. */
    public int port() {
        return server.port();
    }

    /** Lets running requests finish, then stops. Blocks. */
    public void stop() throws InterruptedException {
        server.drain(properties.drainTimeout());
    }

    /** Requests under way. */
    public int requests() {
        return ingress.slots().taken();
    }

    /** Bytes that running requests may hold together. */
    public long reservedBytes() {
        return ingress.memory().reservedBytes();
    }
}
