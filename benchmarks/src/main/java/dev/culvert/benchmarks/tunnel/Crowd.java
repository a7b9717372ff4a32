package dev.culvert.benchmarks.tunnel;

import dev.culvert.agent.Agent;
import dev.culvert.agent.AgentListener;
import dev.culvert.agent.AgentOptions;
import dev.culvert.agent.connect.LinkEvent;
import dev.culvert.benchmarks.Timings;
import io.netty.channel.EventLoopGroup;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Many agents with one connection each, in this process and over two threads, each for a tunnel of its own. */
final class Crowd implements AutoCloseable {
    private static final int AT_ONCE = 100;
    private static final int WITH_ONE_KEY = 1000;
    private static final Duration PAUSE = Duration.ofMillis(10);

    private final EventLoopGroup threads = Agent.eventLoops(2);
    private final List<Agent> agents = new ArrayList<>();
    private final AtomicInteger lost = new AtomicInteger();
    private final Queue<Long> backNanos = new ConcurrentLinkedQueue<>();
    private final Map<String, Integer> failures = new ConcurrentSkipListMap<>();
    private volatile long watchedSince = System.nanoTime();
    private final URI server;
    private final String prefix;
    private final Callable<String> key;
    private final URI target;

    /**
     * @param prefix of the names of the tunnels, see {@link Bed#createTunnels}
     * @param key asked for anew now and then, as a token does not last
     */
    Crowd(URI server, String prefix, Callable<String> key, URI target) {
        this.server = server;
        this.prefix = prefix;
        this.key = key;
        this.target = target;
    }

    /** Connects agents, a hundred at a time; returns when all are up or the time is over. */
    void connect(int count, Duration atMost) throws Exception {
        long deadline = System.nanoTime() + atMost.toNanos();
        String current = key.call();
        for (int i = 1; i <= count && System.nanoTime() < deadline; i++) {
            if (i % WITH_ONE_KEY == 0) {
                current = key.call();
            }
            agents.add(Agent.start(
                    AgentOptions.of(server.toString(), prefix + "-" + i, target.toString(), current)
                            .withConnections(1),
                    new Watcher(),
                    threads));
            while (agents.size() - connected() >= AT_ONCE && System.nanoTime() < deadline) {
                Thread.sleep(PAUSE);
            }
        }
        await(agents.size(), deadline);
    }

    /** Waits until so many are connected. */
    boolean await(int count, long deadlineNanos) throws InterruptedException {
        while (connected() < count) {
            if (System.nanoTime() > deadlineNanos) {
                return false;
            }
            Thread.sleep(PAUSE);
        }
        return true;
    }

    /** Agents that the server has greeted. */
    int connected() {
        int connected = 0;
        for (Agent agent : agents) {
            connected += Math.min(1, agent.connectionsUp());
        }
        return connected;
    }

    /** From now on it is noted who is lost and when they are back. */
    void watch() {
        lost.set(0);
        backNanos.clear();
        failures.clear();
        watchedSince = System.nanoTime();
    }

    /** Connections lost since {@link #watch}. */
    int lost() {
        return lost.get();
    }

    /** How often dialling was put off since {@link #watch}, the wait after a lost connection included, and why. */
    Map<String, Integer> failures() {
        return Map.copyOf(failures);
    }

    /** When each of them was greeted again, since {@link #watch}. */
    Timings back() {
        return Timings.of(backNanos.stream().mapToLong(Long::longValue).toArray());
    }

    private final class Watcher implements AgentListener {
        @Override
        public void onLink(LinkEvent event) {
            switch (event) {
                case LinkEvent.Connected _ -> backNanos.add(System.nanoTime() - watchedSince);
                case LinkEvent.Disconnected _ -> lost.incrementAndGet();
                case LinkEvent.Retrying put -> failures.merge(put.why(), 1, Integer::sum);
                case LinkEvent.Replacing _ -> {}
            }
        }
    }

    @Override
    public void close() {
        agents.forEach(Agent::kill);
        threads.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
    }
}
