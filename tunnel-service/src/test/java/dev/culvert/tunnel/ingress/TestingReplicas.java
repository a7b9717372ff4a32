package dev.culvert.tunnel.ingress;

import static org.awaitility.Awaitility.await;

import dev.culvert.agent.Agent;
import dev.culvert.agent.AgentOptions;
import dev.culvert.platform.caller.Caller;
import dev.culvert.testing.TestingRedis;
import dev.culvert.tunnel.cluster.ClusterProperties;
import dev.culvert.tunnel.session.TunnelDirectory.Resolution;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Several data planes that share a Redis, and what stands in front of them: something that spreads connections. */
@SuppressWarnings("try") // close waits, and tests may be interrupted
final class TestingReplicas implements AutoCloseable {
    /** How long a replica that fell silent is believed in. */
    static final Duration LEASE = Duration.ofSeconds(2);

    private static final byte[] KEY = "replicas under test share a key".getBytes(StandardCharsets.US_ASCII);

    final Map<String, Caller> callers = TestingDataPlane.knownCallers();
    final Map<String, Resolution> tunnels = new ConcurrentHashMap<>();
    final Balancer balancer = new Balancer();

    private final String redisUrl;
    private final boolean redisCluster;
    private final String prefix = UUID.randomUUID().toString().substring(0, 8);
    private final List<TestingDataPlane> all = new ArrayList<>();
    private final List<Agent> agents = new ArrayList<>();

    TestingReplicas() throws IOException {
        this(Store.REDIS.url());
    }

    TestingReplicas(String redisUrl) throws IOException {
        this(redisUrl, false);
    }

    TestingReplicas(String redisUrl, boolean redisCluster) throws IOException {
        this.redisUrl = redisUrl;
        this.redisCluster = redisCluster;
    }

    /** Not the one that all tests share: the service of the other tests would be one more replica. */
    private static final class Store {
        static final TestingRedis REDIS = TestingRedis.start();
    }

    /** Quick ones: what takes seconds in production takes tenths here. */
    static ClusterProperties properties(String redisUrl, boolean redisCluster, boolean enabled) {
        return properties(redisUrl, redisCluster, enabled, "");
    }

    private static ClusterProperties properties(
            String redisUrl, boolean redisCluster, boolean enabled, String address) {
        return new ClusterProperties(
                enabled,
                redisUrl,
                redisCluster,
                address,
                LEASE,
                Duration.ofMillis(200),
                Duration.ZERO,
                Duration.ofSeconds(5));
    }

    static byte[] mac(String text) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(KEY, "HmacSHA256"));
            return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Starts one more replica, known to the balancer and, when this returns, to all others. */
    TestingDataPlane start(String name) throws InterruptedException {
        return start(name, Duration.ofSeconds(60), "");
    }

    TestingDataPlane start(String name, Duration drainTimeout) throws InterruptedException {
        return start(name, drainTimeout, "");
    }

    /** The same, but the others are told that it is at another address, e.g. that of a {@link Relay}. */
    TestingDataPlane start(String name, String address) throws InterruptedException {
        return start(name, Duration.ofSeconds(60), address);
    }

    private TestingDataPlane start(String name, Duration drainTimeout, String address) throws InterruptedException {
        TestingDataPlane replica = new TestingDataPlane(
                TestingDataPlane.properties(drainTimeout),
                prefix + name,
                properties(redisUrl, redisCluster, true, address),
                callers,
                tunnels);
        all.add(replica);
        List<TestingDataPlane> running =
                all.stream().filter(other -> !other.stopped()).toList();
        await().atMost(Duration.ofSeconds(30))
                .until(() ->
                        running.stream().allMatch(other -> other.cluster.map().takingAgents() >= running.size()));
        balancer.add(replica.port.port());
        return replica;
    }

    Resolution.Found tunnel(String name) {
        Resolution.Found found =
                new Resolution.Found(UUID.randomUUID(), UUID.randomUUID(), UUID.randomUUID(), name, 1000, null);
        tunnels.put(name, found);
        return found;
    }

    /** An agent that dials a server, be it one replica or the balancer. */
    Agent agent(String server, String tunnel, String target, UnaryOperator<AgentOptions> change)
            throws InterruptedException {
        Agent agent = Agent.start(change.apply(AgentOptions.of(server, tunnel, target, TestingDataPlane.TOKEN)));
        agents.add(agent);
        agent.awaitConnected(Duration.ofSeconds(30));
        return agent;
    }

    /** An agent on one replica, of which another one has heard. */
    Agent agentOn(TestingDataPlane holder, TestingDataPlane other, String tunnel, String target)
            throws InterruptedException {
        Agent agent = agent(holder.url(), tunnel, target, options -> options.withConnections(1));
        awaitKnown(other, tunnel);
        return agent;
    }

    void awaitKnown(TestingDataPlane replica, String tunnel) {
        UUID id = ((Resolution.Found) tunnels.get(tunnel)).tunnelId();
        await().atMost(Duration.ofSeconds(30))
                .until(() -> !replica.cluster.map().elsewhere(id).isEmpty());
    }

    @Override
    public void close() throws InterruptedException, IOException {
        balancer.close();
        agents.forEach(Agent::kill);
        for (TestingDataPlane replica : all) {
            if (!replica.stopped()) {
                replica.close();
            }
        }
    }

    /** Passes connections on to one replica after the other, and to the next one where nobody listens. */
    static final class Balancer implements AutoCloseable {
        private final ServerSocket listener = new ServerSocket(0, 1024, InetAddress.getLoopbackAddress());
        private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
        private final List<Integer> ports = new CopyOnWriteArrayList<>();
        private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
        private final AtomicInteger turn = new AtomicInteger();

        Balancer() throws IOException {
            threads.execute(this::accept);
        }

        String url() {
            return "http://127.0.0.1:" + listener.getLocalPort();
        }

        void add(int port) {
            ports.add(port);
        }

        void remove(int port) {
            ports.remove(Integer.valueOf(port));
        }

        /** Breaks everything that passes through. */
        void cut() throws IOException {
            for (Socket socket : sockets) {
                socket.close();
            }
        }

        private void accept() {
            while (!listener.isClosed()) {
                try {
                    Socket near = listener.accept();
                    threads.execute(() -> connect(near));
                } catch (IOException e) {
                    return;
                }
            }
        }

        private void connect(Socket near) {
            List<Integer> now = List.copyOf(ports);
            int start = turn.getAndIncrement();
            for (int i = 0; i < now.size(); i++) {
                try {
                    Socket far =
                            new Socket(InetAddress.getLoopbackAddress(), now.get(Math.floorMod(start + i, now.size())));
                    near.setTcpNoDelay(true);
                    far.setTcpNoDelay(true);
                    sockets.add(near);
                    sockets.add(far);
                    threads.execute(() -> copy(near, far));
                    copy(far, near);
                    return;
                } catch (IOException e) {
                    // Nobody listens there: the next one.
                }
            }
        }

        private void copy(Socket from, Socket to) {
            byte[] buffer = new byte[16 * 1024];
            try (from;
                    to) {
                for (int read = from.getInputStream().read(buffer);
                        read >= 0;
                        read = from.getInputStream().read(buffer)) {
                    to.getOutputStream().write(buffer, 0, read);
                }
            } catch (IOException e) {
                // One side has closed, and now both have.
            } finally {
                sockets.remove(from);
                sockets.remove(to);
            }
        }

        @Override
        public void close() throws IOException {
            listener.close();
            for (Socket socket : sockets) {
                socket.close();
            }
            threads.shutdownNow();
        }
    }
}
