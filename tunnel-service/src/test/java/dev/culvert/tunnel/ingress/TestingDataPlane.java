package dev.culvert.tunnel.ingress;

import dev.culvert.agent.Agent;
import dev.culvert.agent.AgentListener;
import dev.culvert.agent.AgentOptions;
import dev.culvert.contracts.identity.Role;
import dev.culvert.contracts.identity.Scope;
import dev.culvert.contracts.identity.Tier;
import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.platform.caller.Caller;
import dev.culvert.platform.problem.ProblemException;
import dev.culvert.platform.problem.ProblemWriter;
import dev.culvert.tunnel.cluster.Cluster;
import dev.culvert.tunnel.cluster.ClusterProperties;
import dev.culvert.tunnel.endpoint.Endpoints;
import dev.culvert.tunnel.peer.PeerMeter;
import dev.culvert.tunnel.peer.PeerPass;
import dev.culvert.tunnel.session.Admission;
import dev.culvert.tunnel.session.RequestObserver;
import dev.culvert.tunnel.session.RequestStart;
import dev.culvert.tunnel.session.SessionEvent;
import dev.culvert.tunnel.session.SessionRegistry;
import dev.culvert.tunnel.session.TrafficMeter;
import dev.culvert.tunnel.session.TrafficMeter.Traffic;
import dev.culvert.tunnel.session.TunnelDirectory.Resolution;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.function.UnaryOperator;
import org.springframework.util.unit.DataSize;
import tools.jackson.databind.json.JsonMapper;

/**
 * The data plane without Spring and stores: a real data port, real agents on real sockets, tokens and tunnels from maps.
 */
@SuppressWarnings("try") // close waits, and tests may be interrupted
final class TestingDataPlane implements AutoCloseable {
    static final String TOKEN = "test-token";
    static final String KEY_TOKEN = "test-key-token";
    static final UUID API_KEY = UUID.randomUUID();

    final Map<String, Caller> callers;
    final Map<String, Resolution> tunnels;
    final ConcurrentLinkedQueue<RequestStart> starts = new ConcurrentLinkedQueue<>();
    final ConcurrentLinkedQueue<Traffic> traffic = new ConcurrentLinkedQueue<>();
    final ConcurrentLinkedQueue<SessionEvent> sessions = new ConcurrentLinkedQueue<>();
    final Admission admission;
    final SessionRegistry registry;
    final Cluster cluster;
    final Endpoints endpoints;
    final PeerMeter peerMeter = new PeerMeter();
    final DataPort port;
    final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();

    private final List<Agent> agents = new ArrayList<>();
    private boolean stopped;

    TestingDataPlane() throws InterruptedException {
        this(properties());
    }

    TestingDataPlane(DataPortProperties properties) throws InterruptedException {
        this(
                properties,
                "alone",
                TestingReplicas.properties("redis://127.0.0.1:1", false, false),
                knownCallers(),
                newTunnels());
    }

    /** One replica of several. */
    TestingDataPlane(
            DataPortProperties properties,
            String replica,
            ClusterProperties clusterProperties,
            Map<String, Caller> callers,
            Map<String, Resolution> tunnels)
            throws InterruptedException {
        this.callers = callers;
        this.tunnels = tunnels;
        admission = new Admission(
                this::verify,
                (name, _) -> tunnels.getOrDefault(name, new Resolution.Unknown()),
                Executors.newVirtualThreadPerTaskExecutor(),
                System::nanoTime);
        JsonMapper json = JsonMapper.builder().build();
        Clock clock = Clock.systemUTC();
        cluster = new Cluster(replica, clusterProperties, "test", json, clock);
        registry = new SessionRegistry(
                event -> {
                    sessions.add(event);
                    cluster.onSession(event);
                },
                clock);
        endpoints = new Endpoints(registry, cluster.map(), clock, new SecureRandom());
        port = new DataPort(
                properties,
                admission,
                registry,
                new NotingMeter(),
                new ProblemWriter(List.of(), json, clock),
                json,
                cluster,
                endpoints,
                new PeerPass(replica, TestingReplicas::mac, clock),
                peerMeter);
        port.start();
    }

    private final class NotingMeter implements TrafficMeter {
        @Override
        public RequestObserver begin(RequestStart request) {
            starts.add(request);
            return this::record;
        }

        @Override
        public void record(Traffic ended) {
            traffic.add(ended);
        }
    }

    static Map<String, Caller> knownCallers() {
        Map<String, Caller> callers = new ConcurrentHashMap<>();
        callers.put(TOKEN, caller(Optional.empty(), Scope.ALL));
        callers.put(KEY_TOKEN, caller(Optional.of(API_KEY), Scope.GRANTABLE_TO_KEYS));
        return callers;
    }

    private static Map<String, Resolution> newTunnels() {
        return new ConcurrentHashMap<>();
    }

    static DataPortProperties properties() {
        return properties(Duration.ofSeconds(10));
    }

    static DataPortProperties properties(Duration drainTimeout) {
        return new DataPortProperties(
                "127.0.0.1",
                0,
                2,
                DataSize.ofMegabytes(512),
                Duration.ofSeconds(60),
                Duration.ofSeconds(60),
                drainTimeout,
                Duration.ofMillis(200),
                Duration.ofMillis(600),
                Duration.ofMillis(2000));
    }

    static Caller caller(Optional<UUID> apiKey, Set<String> scopes) {
        return new Caller(
                UUID.randomUUID(),
                UUID.randomUUID(),
                Tier.FREE,
                Set.of(Role.USER),
                scopes,
                Optional.of("session"),
                apiKey);
    }

    private Caller verify(String token) {
        Caller caller = callers.get(token);
        if (caller == null) {
            throw new ProblemException(ProblemCode.AUTH_TOKEN_INVALID, "The access token was not accepted.");
        }
        return caller;
    }

    Resolution.Found tunnel(String name) {
        return tunnel(name, 1000, null);
    }

    Resolution.Found tunnel(String name, int maxConnections, Duration idleTimeout) {
        Resolution.Found found = new Resolution.Found(
                UUID.randomUUID(), UUID.randomUUID(), UUID.randomUUID(), name, maxConnections, idleTimeout);
        tunnels.put(name, found);
        return found;
    }

    String url() {
        return "http://127.0.0.1:" + port.port();
    }

    Agent agent(String tunnel, String target) throws InterruptedException {
        return agent(tunnel, target, options -> options, new AgentListener() {});
    }

    Agent agent(String tunnel, String target, UnaryOperator<AgentOptions> change, AgentListener listener)
            throws InterruptedException {
        Agent agent = Agent.start(change.apply(AgentOptions.of(url(), tunnel, target, TOKEN)), listener);
        agents.add(agent);
        agent.awaitConnected(Duration.ofSeconds(30));
        return agent;
    }

    HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(url() + path))
                .timeout(Duration.ofSeconds(120))
                .header("Authorization", "Bearer " + TOKEN);
    }

    /** A raw connection to the data port, for what the client library would not send. */
    Socket connect() throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port.port());
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(20_000);
        return socket;
    }

    static void send(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
        socket.getOutputStream().flush();
    }

    static String get(String path) {
        return "GET " + path + " HTTP/1.1\r\nHost: data\r\nAuthorization: Bearer " + TOKEN + "\r\n\r\n";
    }

    void stop() throws InterruptedException {
        stopped = true;
        port.stop();
    }

    boolean stopped() {
        return stopped;
    }

    /** Ends as a process that is killed: connections break, nobody is told. */
    void crash() throws InterruptedException {
        stopped = true;
        cluster.vanish();
        Crash.of(port.server());
    }

    @Override
    public void close() throws InterruptedException {
        agents.forEach(Agent::kill);
        if (!stopped) {
            port.stop();
        }
        registry.close();
    }
}
