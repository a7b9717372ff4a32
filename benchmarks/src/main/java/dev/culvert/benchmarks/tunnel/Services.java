package dev.culvert.benchmarks.tunnel;

import dev.culvert.benchmarks.gateway.Program;
import dev.culvert.testing.LocalPorts;
import dev.culvert.testing.TestingKafka;
import dev.culvert.testing.TestingMailbox;
import dev.culvert.testing.TestingPostgres;
import dev.culvert.testing.TestingRedis;
import dev.culvert.testing.TestingStores;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Services of the suite as processes of their own, over stores of this JVM. */
final class Services implements AutoCloseable {
    private static final Duration START = Duration.ofMinutes(3);
    private static final String PLENTY = "50000000";
    private static final String HOST = "http://127.0.0.1:";

    /** What the runner gives tunnel-service. */
    private static final String TUNNEL_HEAP = "-Xmx192m";

    private static final String GATEWAY_HEAP = "-Xmx160m";

    private static final List<String> QUIET = List.of(
            "-Djava.net.preferIPv4Stack=true",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow");

    private final Flags flags;
    private final Path root;
    private final Path folder;
    private final URI standIn;
    private final TestingKafka kafka;
    private final Deque<Program> started = new ArrayDeque<>();
    private final int gatewayPort = LocalPorts.free();
    private final int authPort = LocalPorts.free();

    /**
     * @param flags of all that are started
     * @param root of the sources, whose built services are measured
     * @param folder for logs and what services write
     * @param standIn answers for the services that are not started
     */
    Services(Flags flags, Path root, Path folder, URI standIn, TestingKafka kafka) {
        this.flags = flags;
        this.root = root;
        this.folder = folder;
        this.standIn = standIn;
        this.kafka = kafka;
    }

    /**
     * A running service.
     *
     * @param address of its API
     * @param data address of its data port; that of the API where it has none
     */
    record Service(Program program, URI address, URI data) {}

    /** How clients reach the first gateway, whether or not it runs already; also the issuer of tokens. */
    URI gatewayAddress() {
        return URI.create(HOST + gatewayPort);
    }

    URI authAddress() {
        return URI.create(HOST + authPort);
    }

    Service auth() throws IOException, InterruptedException {
        Map<String, String> environment = withDatabase("auth");
        environment.put("SMTP_HOST", "127.0.0.1");
        environment.put("SMTP_PORT", Integer.toString(TestingMailbox.shared().port()));
        environment.put("CULVERT_AUTH_APIKEY_CREATIONSPERHOUR", "1000");
        return start(
                "auth-service", "auth", authPort, authAddress(), environment, flags.withHeap("-Xmx128m"), List.of());
    }

    /** A replica with no flags of its own. */
    Service tunnel(String name) throws IOException, InterruptedException {
        return tunnel(name, TestingRedis.shared(), List.of());
    }

    /**
     * A replica.
     *
     * @param redis of the replicas that know of each other
     * @param more flags, which win over the others
     */
    Service tunnel(String name, TestingRedis redis, List<String> more) throws IOException, InterruptedException {
        int port = LocalPorts.free();
        int dataPort = LocalPorts.free();
        Map<String, String> environment = withDatabase("tunnel");
        environment.put("REDIS_URL", redis.url());
        environment.put("TUNNEL_DATA_PORT", Integer.toString(dataPort));
        environment.put("USAGE_SPOOL_DIR", folder.resolve("spool-" + name).toString());
        environment.put("HOSTNAME", name);
        List<String> all = flags.withHeap(TUNNEL_HEAP);
        all.addAll(more);
        return start("tunnel-service", name, port, URI.create(HOST + dataPort), environment, all, List.of());
    }

    /** The first gateway. */
    Service gateway(List<Service> replicas) throws IOException, InterruptedException {
        return gateway("gateway", gatewayPort, replicas);
    }

    /** A gateway with key check and all layers of limits, which are too high to be met, in front of some replicas. */
    Service gateway(String name, int port, List<Service> replicas) throws IOException, InterruptedException {
        Map<String, String> environment = environment();
        for (String service : List.of("USER", "PROXY", "WEBHOOK", "ADMIN")) {
            environment.put(service + "_SERVICE_URL", standIn.toString());
        }
        environment.put("PROXY_DATA_URL", standIn.toString());
        environment.put("AUTH_SERVICE_URL", authAddress().toString());
        environment.put("TUNNEL_SERVICE_URL", replicas.getFirst().address().toString());
        environment.put(
                "TUNNEL_DATA_URL",
                replicas.stream().map(replica -> replica.data().toString()).collect(Collectors.joining(",")));
        environment.put("USAGE_SPOOL_DIR", folder.resolve("spool-" + name).toString());
        environment.put("MONTHLY_QUOTAS", "false");
        URI address = URI.create(HOST + port);
        return start("gateway-service", name, port, address, environment, flags.withHeap(GATEWAY_HEAP), unlimited());
    }

    private static List<String> unlimited() {
        List<String> limits = new ArrayList<>();
        for (String tier : List.of("free", "premium", "enterprise")) {
            for (String window : List.of("minute", "quarter-hour", "hour", "in-flight", "long-lived")) {
                limits.add("users." + tier + "." + window);
            }
        }
        limits.addAll(List.of("tenant.minute", "tenant.hour", "tenant.day", "key.minute", "key.hour", "key.day"));
        limits.addAll(List.of("address.minute", "address.hour", "anonymous-quarter-hour", "ceiling"));
        return Stream.concat(
                        limits.stream().map(limit -> "--culvert.gateway.ratelimit." + limit + "=" + PLENTY),
                        Stream.of(
                                "--culvert.gateway.resilience.max-concurrent=4096",
                                "--culvert.gateway.routing.max-connections=4096"))
                .toList();
    }

    private Map<String, String> environment() {
        Map<String, String> environment = new HashMap<>();
        environment.put("BIND_ADDRESS", "127.0.0.1");
        environment.put("LOG_FORMAT", "plain");
        environment.put("MALLOC_ARENA_MAX", "2");
        environment.put("REDIS_URL", TestingRedis.shared().url());
        environment.put("KAFKA_BOOTSTRAP_SERVERS", kafka.bootstrapServers());
        environment.put("PUBLIC_URL", gatewayAddress().toString());
        environment.put(
                "AUTH_JWKS_URL", authAddress().resolve("/.well-known/jwks.json").toString());
        environment.put("SECRET_KEY", TestingStores.SECRET_KEY);
        return environment;
    }

    private Map<String, String> withDatabase(String schema) {
        TestingPostgres postgres = TestingPostgres.shared();
        postgres.createService(schema);
        Map<String, String> environment = environment();
        environment.put("DB_URL", postgres.jdbcUrl());
        environment.put("DB_USER", schema + "_app");
        environment.put("DB_PASSWORD", TestingPostgres.PASSWORD);
        environment.put("DB_OWNER_USER", schema + "_owner");
        environment.put("DB_OWNER_PASSWORD", TestingPostgres.PASSWORD);
        environment.put("DB_POOL_MIN", "2");
        environment.put("DB_POOL_MAX", "10");
        return environment;
    }

    private Service start(
            String module,
            String name,
            int port,
            URI data,
            Map<String, String> environment,
            List<String> all,
            List<String> settings)
            throws IOException, InterruptedException {
        environment.put("PORT", Integer.toString(port));
        List<String> command = java(all);
        command.addAll(List.of("-jar", jar(root, module).toString()));
        command.addAll(settings);
        Program program = Program.start(name, command, environment, folder);
        started.push(program);
        URI address = URI.create(HOST + port);
        program.awaitReady(address.resolve("/health/ready"), START);
        return new Service(program, address, data);
    }

    /** An agent as {@code ./culvert agent} starts it, in front of one local service. */
    Program agent(URI server, String tunnel, URI target, String key) throws IOException {
        List<String> command = java(List.of("-Xmx128m", "-XX:+UseSerialGC", "-XX:+UseCompactObjectHeaders"));
        command.addAll(List.of("-jar", jar(root, "agent").toString(), "--server", server.toString()));
        command.addAll(List.of("--tunnel", tunnel, "--to", target.toString()));
        Program program = Program.start("agent-" + tunnel, command, Map.of("CULVERT_API_KEY", key), folder);
        started.push(program);
        return program;
    }

    /** Flags that {@code CULVERT_BENCHMARK_JVM} adds to every process come last and win. */
    private static List<String> java(List<String> flags) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(flags);
        command.addAll(QUIET);
        Optional.ofNullable(System.getenv("CULVERT_BENCHMARK_JVM"))
                .ifPresent(more -> command.addAll(List.of(more.split(" ", -1))));
        return command;
    }

    private static Path jar(Path root, String module) throws IOException {
        try (Stream<Path> files = Files.list(root.resolve(module).resolve("target"))) {
            return files.filter(file -> file.getFileName()
                            .toString()
                            .matches("(culvert-)?" + module + "-[0-9.]+(-SNAPSHOT)?\\.jar"))
                    .findFirst()
                    .orElseThrow(() -> new IllegalStateException(module + " is not built"));
        }
    }

    /** Ends one before its time. */
    void stop(Program program) {
        started.remove(program);
        program.close();
    }

    @Override
    public void close() {
        started.forEach(Program::close);
    }
}
