package dev.culvert.benchmarks.gateway;

import dev.culvert.benchmarks.stock.StockGateway;
import dev.culvert.testing.LocalPorts;
import dev.culvert.testing.TestCallers;
import dev.culvert.testing.TestingIssuer;
import dev.culvert.testing.TestingPostgres;
import dev.culvert.testing.TestingRedis;
import dev.culvert.testing.TestingStores;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Starts what is compared, each before the same service, with the same Redis and on the same JDK. */
public final class Contenders {
    /** As the images run it; the heap is what 45 % of their 512 MB are. */
    public static final List<String> OF_THE_IMAGE =
            List.of("-Xmx230m", "-XX:+UseSerialGC", "-XX:+UseCompactObjectHeaders", "-Xss512k");

    /** As {@code ./culvert up} runs it. */
    public static final List<String> OF_THE_RUNNER = List.of(
            "-Xmx160m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseCompactObjectHeaders",
            "-Xss512k",
            "-XX:MetaspaceSize=128m");

    /** What is asked for under load. */
    static final String ROUTE = "/api/v1/tunnels";

    private static final List<String> QUIET = List.of(
            "-Djava.net.preferIPv4Stack=true",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow");

    private static final Duration START = Duration.ofMinutes(3);
    private static final long PLENTY = 50_000_000;

    private final URI service;
    private final String kafka;
    private final Path folder;
    private final Path root;
    private final String redis;

    /** One of them, ready for load. */
    public record Contender(String name, Program program, URI address) implements AutoCloseable {
        @Override
        public void close() {
            program.close();
        }
    }

    /** @param root of the sources, whose built gateway is measured */
    public Contenders(URI service, String kafka, Path folder, Path root) {
        this.service = service;
        this.kafka = kafka;
        this.folder = folder;
        this.root = root;
        this.redis = TestingRedis.shared().url();
    }

    /** Two workers, kept-alive connections on both sides, no access log; empty where there is no nginx. */
    public Optional<Contender> nginx() throws IOException, InterruptedException {
        Optional<Path> binary = Stream.concat(
                        Stream.of(System.getenv("PATH").split(File.pathSeparator, -1)), Stream.of("/usr/sbin"))
                .map(directory -> Path.of(directory, "nginx"))
                .filter(Files::isExecutable)
                .findFirst();
        if (binary.isEmpty()) {
            return Optional.empty();
        }
        int port = LocalPorts.free();
        Path configuration = folder.resolve("nginx.conf");
        Files.writeString(configuration, nginxConfiguration(port));
        List<String> command = List.of(
                binary.get().toString(),
                "-p",
                folder.toString(),
                "-c",
                configuration.toString(),
                "-e",
                "nginx-errors.log",
                "-g",
                "daemon off;");
        return Optional.of(ready("nginx", command, Map.of(), port, "/"));
    }

    private String nginxConfiguration(int port) {
        return """
                worker_processes auto;
                pid nginx.pid;
                events { worker_connections 4096; }
                http {
                  access_log off;
                  keepalive_requests 1000000000;
                  client_max_body_size 0; proxy_request_buffering off; proxy_max_temp_file_size 0;
                  client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi;
                  uwsgi_temp_path uwsgi; scgi_temp_path scgi;
                  upstream service { server %s; keepalive 128; keepalive_requests 1000000000; }
                  server {
                    listen 127.0.0.1:%d;
                    location / { proxy_pass http://service; proxy_http_version 1.1; proxy_set_header Connection ""; }
                  }
                }
                """.formatted(service.getAuthority(), port);
    }

    Contender stock() throws IOException, InterruptedException {
        int port = LocalPorts.free();
        List<String> command = java(
                OF_THE_IMAGE,
                List.of(
                        "-cp",
                        System.getProperty("java.class.path"),
                        StockGateway.class.getName(),
                        "--spring.config.name=stock-gateway"));
        Map<String, String> environment = Map.of(
                "PORT",
                Integer.toString(port),
                "REDIS_URL",
                redis,
                "SERVICE_URL",
                service.toString(),
                "PUBLIC_URL",
                TestingIssuer.ISSUER,
                "AUTH_JWKS_URL",
                TestingIssuer.shared().jwksUrl());
        return ready("stock gateway", command, environment, port, ROUTE);
    }

    /** Ours with everything on, and limits so high that none is met. */
    Contender ours(String name, List<String> jvm, String... settings) throws IOException, InterruptedException {
        List<String> all = new ArrayList<>();
        Stream.of("free", "premium", "enterprise")
                .flatMap(tier -> Stream.of("minute", "quarter-hour", "hour", "in-flight")
                        .map(window -> "users." + tier + "." + window))
                .forEach(limit -> all.add(raised(limit)));
        Stream.of(
                        "quota.calls.free",
                        "quota.calls.premium",
                        "quota.calls.enterprise",
                        "tenant.minute",
                        "tenant.hour",
                        "tenant.day",
                        "address.minute",
                        "address.hour",
                        "anonymous-quarter-hour",
                        "ceiling")
                .forEach(limit -> all.add(raised(limit)));
        all.addAll(List.of(settings));
        return asShipped(name, jvm, all.toArray(String[]::new));
    }

    /** Ours with the limits it ships with. */
    Contender asShipped(String name, List<String> jvm, String... settings) throws IOException, InterruptedException {
        int port = LocalPorts.free();
        List<String> program =
                new ArrayList<>(List.of("-jar", jar("gateway-service").toString()));
        program.addAll(List.of(settings));
        return ready(name, java(withOwn(jvm), program), environment(port), port, "/health/ready");
    }

    /**
     * Another service of the suite, with the flags of its image and the size of pool it ships with, over the shared PostgreSQL.
     *
     * @param schema its own
     * @param more variables of its environment
     */
    Contender serviceOfSuite(String module, String schema, Map<String, String> more)
            throws IOException, InterruptedException {
        int port = LocalPorts.free();
        TestingPostgres postgres = TestingPostgres.shared();
        postgres.createService(schema);
        Map<String, String> environment = environment(port);
        environment.putAll(Map.of(
                "DB_URL",
                postgres.jdbcUrl(),
                "DB_USER",
                schema + "_app",
                "DB_PASSWORD",
                TestingPostgres.PASSWORD,
                "DB_OWNER_USER",
                schema + "_owner",
                "DB_OWNER_PASSWORD",
                TestingPostgres.PASSWORD));
        environment.putAll(more);
        List<String> program = List.of("-jar", jar(module).toString());
        return ready(module, java(withOwn(OF_THE_IMAGE), program), environment, port, "/health/ready");
    }

    private static List<String> withOwn(List<String> jvm) {
        List<String> flags = new ArrayList<>(jvm);
        Optional.ofNullable(System.getenv("CULVERT_BENCHMARK_JVM"))
                .ifPresent(more -> flags.addAll(List.of(more.split(" ", -1))));
        return flags;
    }

    private static String raised(String limit) {
        return "--culvert.gateway.ratelimit." + limit + "=" + PLENTY;
    }

    private Map<String, String> environment(int port) {
        Map<String, String> environment = new LinkedHashMap<>();
        for (String name : List.of("AUTH", "USER", "TUNNEL", "PROXY", "WEBHOOK", "ADMIN")) {
            environment.put(name + "_SERVICE_URL", service.toString());
        }
        environment.put("TUNNEL_DATA_URL", service.toString());
        environment.put("PROXY_DATA_URL", service.toString());
        environment.put("PORT", Integer.toString(port));
        environment.put("BIND_ADDRESS", "127.0.0.1");
        environment.put("LOG_FORMAT", "json");
        environment.put("MALLOC_ARENA_MAX", "2");
        environment.put("REDIS_URL", redis);
        environment.put("KAFKA_BOOTSTRAP_SERVERS", kafka);
        environment.put("PUBLIC_URL", TestingIssuer.ISSUER);
        environment.put("AUTH_JWKS_URL", TestingIssuer.shared().jwksUrl());
        environment.put("SECRET_KEY", TestingStores.SECRET_KEY);
        return environment;
    }

    /** A file with the measured route and so many others; as a setting of {@link #ours}. */
    String routes(int count) throws IOException {
        List<String> lines = new ArrayList<>(List.of("culvert.gateway.routing.routes:"));
        IntStream.range(1, count)
                .forEach(i -> lines.add("  - {path: /api/v1/things-%05d, service: tunnel}".formatted(i)));
        lines.add(count / 2 + 1, "  - {path: /api/v1/tunnels, service: tunnel}");
        Path file = folder.resolve("routes-" + count + ".yaml");
        Files.write(file, lines);
        return "--spring.config.additional-location=file:" + file;
    }

    /** A header of a new user; good for five minutes. */
    static String authorization() {
        return "Bearer " + TestingIssuer.shared().token(TestCallers.user());
    }

    private Path jar(String module) throws IOException {
        try (Stream<Path> files = Files.list(root.resolve(module).resolve("target"))) {
            return files.filter(file -> file.getFileName().toString().matches(module + "-[^-]+(-SNAPSHOT)?\\.jar"))
                    .findFirst()
                    .orElseThrow(() -> new IllegalStateException(module + " is not built"));
        }
    }

    private static List<String> java(List<String> flags, List<String> program) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(flags);
        command.addAll(QUIET);
        command.addAll(program);
        return command;
    }

    private Contender ready(
            String name, List<String> command, Map<String, String> environment, int port, String readyPath)
            throws IOException, InterruptedException {
        Program program = Program.start(name.replaceAll("\\W+", "-"), command, environment, folder);
        URI address = URI.create("http://127.0.0.1:" + port);
        try {
            program.awaitReady(address.resolve(readyPath), authorization(), START);
        } catch (IllegalStateException | IOException | InterruptedException e) {
            program.close();
            throw e;
        }
        return new Contender(name, program, address);
    }
}
