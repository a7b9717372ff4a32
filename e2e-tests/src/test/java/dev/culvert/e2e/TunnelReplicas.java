package dev.culvert.e2e;

import static org.awaitility.Awaitility.await;

import dev.culvert.testing.TestingRedis;
import dev.culvert.testing.suite.RunningSuite;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Two replicas of tunnel-service and a gateway in front of them, as processes of their own beside the shared suite, whose
 * database, Kafka and other services they use. Their Redis is another one, so that they are a cluster by themselves.
 */
final class TunnelReplicas implements AutoCloseable {
    private static final Duration START = Duration.ofSeconds(240);
    private static final Duration DRAIN = Duration.ofSeconds(60);
    private static final String LOCAL = "http://127.0.0.1:";
    private static final Path LOGS = Path.of("target", "replicas");

    private final RunningSuite suite;
    private final JsonNode ports;
    private final JsonNode secrets;
    private final TestingRedis redis = TestingRedis.start();
    private final List<Replica> replicas = new ArrayList<>();
    private final int gatewayPort = freePort();
    private final Process gateway;

    private static final class Replica {
        private final int port = freePort();
        private final int dataPort = freePort();
        private @Nullable Process process;

        Process process() {
            Process started = process;
            if (started == null) {
                throw new IllegalStateException("Not started");
            }
            return started;
        }
    }

    /** Starts all three. */
    TunnelReplicas(RunningSuite suite) throws IOException, InterruptedException {
        this.suite = suite;
        this.ports = suite.status().get("ports");
        this.secrets =
                JsonMapper.shared().readTree(Files.readAllBytes(suite.data().resolve("secrets.json")));
        Files.createDirectories(LOGS);
        replicas.add(new Replica());
        replicas.add(new Replica());
        launch(0);
        launch(1);
        gateway = process("gateway-service", gatewayEnvironment(), "gateway");
    }

    /** Returns when all three are ready. */
    void awaitReady() {
        awaitReady(0);
        awaitReady(1);
        awaitReady(gatewayPort, gateway);
    }

    URI gateway() {
        return URI.create(LOCAL + gatewayPort);
    }

    /** Asks a replica to go down and waits until it is; then starts it again and waits until it is ready. */
    void replace(int number) throws IOException, InterruptedException {
        Process old = replicas.get(number).process();
        old.destroy();
        if (!old.waitFor(DRAIN.toSeconds(), TimeUnit.SECONDS)) {
            throw new AssertionError("A replica did not go down within " + DRAIN);
        }
        launch(number);
        awaitReady(number);
    }

    /** {@code kill -9}. */
    void kill(int number) {
        replicas.get(number).process().destroyForcibly();
    }

    /** Lines of the gateway's log with this text. */
    long inGatewayLog(String text) throws IOException {
        try (Stream<String> lines = Files.lines(LOGS.resolve("gateway.log"))) {
            return lines.filter(line -> line.contains(text)).count();
        }
    }

    private void launch(int number) throws IOException, InterruptedException {
        Replica replica = replicas.get(number);
        Map<String, String> environment = shared();
        environment.put("PORT", String.valueOf(replica.port));
        environment.put("TUNNEL_DATA_PORT", String.valueOf(replica.dataPort));
        environment.put(
                "DB_URL", "jdbc:postgresql://127.0.0.1:" + ports.get("postgres").asInt() + "/culvert");
        // What the small heap of one machine allows is 128 requests at the same time.
        environment.put("CULVERT_TUNNEL_DATAPORT_MEMORYBUDGET", "512MB");
        environment.put("DB_USER", "tunnel_app");
        environment.put("DB_OWNER_USER", "tunnel_owner");
        JsonNode roles = secrets.get("databaseRoles").get("tunnel");
        environment.put("DB_PASSWORD", roles.get("appPassword").asString());
        environment.put("DB_OWNER_PASSWORD", roles.get("ownerPassword").asString());
        replica.process = process("tunnel-service", environment, "replica-" + number);
    }

    private Map<String, String> gatewayEnvironment() {
        Map<String, String> environment = shared();
        environment.put("PORT", String.valueOf(gatewayPort));
        environment.put(
                "USAGE_SPOOL_DIR", LOGS.resolve("spool").toAbsolutePath().toString());
        environment.put("RATE_LIMIT_ENABLED", "false");
        environment.put("MONTHLY_QUOTAS", "false");
        return environment;
    }

    private Map<String, String> shared() {
        Map<String, String> environment = new HashMap<>();
        environment.put("BIND_ADDRESS", "127.0.0.1");
        environment.put("LOG_FORMAT", "plain");
        environment.put("PUBLIC_URL", LOCAL + port("gateway")); // who issued the tokens
        environment.put("SECRET_KEY", secrets.get("secretKey").asString());
        environment.put("REDIS_URL", redis.url());
        environment.put("KAFKA_BOOTSTRAP_SERVERS", "127.0.0.1:" + port("kafka"));
        environment.put("SMTP_HOST", "127.0.0.1");
        environment.put("SMTP_PORT", port("smtp"));
        environment.put("AUTH_JWKS_URL", LOCAL + port("auth") + "/.well-known/jwks.json");
        environment.put("AUTH_SERVICE_URL", LOCAL + port("auth"));
        environment.put("USER_SERVICE_URL", LOCAL + port("user"));
        environment.put("TUNNEL_SERVICE_URL", LOCAL + replicas.get(0).port + "," + LOCAL + replicas.get(1).port);
        environment.put("TUNNEL_DATA_URL", LOCAL + replicas.get(0).dataPort + "," + LOCAL + replicas.get(1).dataPort);
        environment.put("PROXY_SERVICE_URL", LOCAL + port("proxy"));
        environment.put("PROXY_DATA_URL", LOCAL + port("proxy-data"));
        environment.put("WEBHOOK_SERVICE_URL", LOCAL + port("webhook"));
        environment.put("ADMIN_SERVICE_URL", LOCAL + port("admin"));
        environment.put("GATEWAY_SERVICE_URL", LOCAL + port("gateway"));
        return environment;
    }

    private String port(String name) {
        return ports.get(name).asString();
    }

    /** One more of what the suite runs, by the same command. */
    private Process process(String service, Map<String, String> environment, String log)
            throws IOException, InterruptedException {
        ProcessHandle.Info like = ProcessHandle.of(
                        suite.process(service).get("pid").asLong())
                .orElseThrow()
                .info();
        List<String> command = new ArrayList<>();
        command.add(like.command().orElseThrow());
        command.addAll(List.of(like.arguments().orElseThrow()));
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(suite.data().toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        LOGS.resolve(log + ".log").toAbsolutePath().toFile()));
        builder.environment().putAll(environment);
        return builder.start();
    }

    private void awaitReady(int number) {
        awaitReady(replicas.get(number).port, replicas.get(number).process());
    }

    private static void awaitReady(int port, Process process) {
        await().atMost(START).until(() -> {
            if (!process.isAlive()) {
                throw new AssertionError("It ended while it started; see " + LOGS.toAbsolutePath());
            }
            return isReady(port);
        });
    }

    private static boolean isReady(int port) throws IOException {
        HttpURLConnection asked = (HttpURLConnection)
                URI.create(LOCAL + port + "/health/ready").toURL().openConnection();
        try {
            if (asked.getResponseCode() != HttpURLConnection.HTTP_OK) {
                return false;
            }
            try (InputStream body = asked.getInputStream()) {
                return body.readAllBytes().length > 0;
            }
        } catch (java.net.ConnectException e) {
            return false;
        } finally {
            asked.disconnect();
        }
    }

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        List<Process> processes = new ArrayList<>(List.of(gateway));
        replicas.forEach(replica -> processes.add(replica.process()));
        processes.forEach(Process::destroyForcibly);
        processes.forEach(
                process -> process.onExit().orTimeout(10, TimeUnit.SECONDS).join());
        redis.close();
    }
}
