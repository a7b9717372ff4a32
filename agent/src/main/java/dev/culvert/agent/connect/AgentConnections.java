package dev.culvert.agent.connect;

import dev.culvert.agent.forward.Forwarding;
import dev.culvert.agent.forward.KeptAnswers;
import dev.culvert.agent.forward.RequestListener;
import dev.culvert.agent.forward.Target;
import dev.culvert.tunnelprotocol.AgentHello;
import dev.culvert.tunnelprotocol.LinkSettings;
import dev.culvert.tunnelprotocol.MemoryBudget;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** All links of one agent process. */
public final class AgentConnections {
    /** For uploads that need wider windows; half of a budget is ever used for that. */
    private static final long SPARE_MEMORY_BYTES = 128L * 1024 * 1024;

    private final List<LinkKeeper> keepers = new ArrayList<>();

    private int started;

    /** Links there will be at most where so many were asked for. */
    public static int most(int connections) {
        return Spread.most(connections);
    }

    /**
     * Starts to dial.
     *
     * @param endpoint which endpoint of the tunnel this agent is
     * @param connections links at the same time; 0 takes as many as fit the number of replicas
     * @param fatal told when trying on is of no use, perhaps once for each link
     */
    public AgentConnections(
            EventLoopGroup eventLoops,
            Server server,
            Way way,
            String tunnel,
            String endpoint,
            String key,
            String version,
            int connections,
            LinkSettings settings,
            Target target,
            Consumer<LinkEvent> events,
            RequestListener requests,
            Consumer<AgentEnd> fatal) {
        String instance = UUID.randomUUID().toString();
        String userAgent = "culvert-agent/" + version;
        Connector connector = new Connector(server, way.proxy());
        Dialer dialer = new Dialer(
                way,
                new WebSocketDialer(server, connector, tunnel, key, userAgent),
                new PollDialer(server, connector, tunnel, key, userAgent),
                System::nanoTime);
        SecureRandom random = new SecureRandom();
        MemoryBudget spareMemory = new MemoryBudget(SPARE_MEMORY_BYTES);
        KeptAnswers kept = new KeptAnswers(instance);
        Spread spread = new Spread(connections, this::growTo);
        for (int connection = 0; connection < most(connections); connection++) {
            EventLoop eventLoop = eventLoops.next();
            keepers.add(new LinkKeeper(
                    eventLoop,
                    dialer,
                    settings,
                    new AgentHello(version, instance, connection, endpoint, target.toString()),
                    spread,
                    new Forwarding(target, eventLoop, settings.streamWindowBytes(), spareMemory, requests, kept),
                    events,
                    fatal,
                    random));
        }
        growTo(spread.atFirst());
    }

    private synchronized void growTo(int links) {
        while (started < Math.min(links, keepers.size())) {
            keepers.get(started).start();
            started++;
        }
    }

    /** Lets running requests finish for at most the grace, then ends what is left. Blocks. */
    public void drain(Duration grace) {
        long deadline = System.nanoTime() + grace.toNanos();
        keepers.stream().map(LinkKeeper::drain).toList().forEach(closed -> {
            long left = Math.max(0, deadline - System.nanoTime());
            if (!closed.awaitUninterruptibly(left, TimeUnit.NANOSECONDS)) {
                abort();
            }
        });
    }

    /** How long each link that is up took to answer its last PING. */
    public List<Duration> roundTrips() {
        return keepers.stream().flatMap(keeper -> keeper.roundTrip().stream()).toList();
    }

    /** Ends every link at once. */
    public void abort() {
        keepers.forEach(LinkKeeper::abort);
    }
}
