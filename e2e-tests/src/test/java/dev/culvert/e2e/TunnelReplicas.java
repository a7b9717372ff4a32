package dev.culvert.e2e;

import dev.culvert.testing.LocalPorts;
import dev.culvert.testing.TestingRedis;
import dev.culvert.testing.suite.RunningSuite;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Two replicas of tunnel-service and a gateway in front of them, as processes of their own beside the shared suite, whose
 * database, Kafka and other services they use. Their Redis is another one, so that they are a cluster by themselves.
 */
final class TunnelReplicas implements AutoCloseable {
    private static final Duration DRAIN = Duration.ofSeconds(60);
    private static final String LOCAL = "http://127.0.0.1:";
    private static final Path LOGS = Path.of("target", "replicas");

    private final BesideTheSuite suite;
    private final TestingRedis redis = TestingRedis.start();
    private final List<Replica> replicas = new ArrayList<>();
    private final int gatewayPort = LocalPorts.free();
    private final Process gateway;

    private static final class Replica {
        private final int port = LocalPorts.free();
        private final int dataPort = LocalPorts.free();
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
        this.suite = new BesideTheSuite(suite, LOGS);
        replicas.add(new Replica());
        replicas.add(new Replica());
        launch(0);
        launch(1);
        gateway = this.suite.start("gateway-service", gatewayEnvironment(), "gateway", UnaryOperator.identity());
    }

    /** Returns when all three are ready. */
    void awaitReady() {
        awaitReady(0);
        awaitReady(1);
        suite.awaitReady(gateway(), gateway);
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
        try (Stream<String> lines = Files.lines(suite.log("gateway"))) {
            return lines.filter(line -> line.contains(text)).count();
        }
    }

    private void launch(int number) throws IOException, InterruptedException {
        Replica replica = replicas.get(number);
        Map<String, String> environment = shared();
        environment.put("PORT", String.valueOf(replica.port));
        environment.put("TUNNEL_DATA_PORT", String.valueOf(replica.dataPort));
        environment.putAll(suite.database("tunnel"));
        // What the small heap of one machine allows is 128 requests at the same time.
        environment.put("CULVERT_TUNNEL_DATAPORT_MEMORYBUDGET", "512MB");
        replica.process = suite.start("tunnel-service", environment, "replica-" + number, UnaryOperator.identity());
    }

    private Map<String, String> gatewayEnvironment() {
        Map<String, String> environment = shared();
        environment.put("PORT", String.valueOf(gatewayPort));
        environment.put("RATE_LIMIT_ENABLED", "false");
        environment.put("MONTHLY_QUOTAS", "false");
        return environment;
    }

    private Map<String, String> shared() {
        Map<String, String> environment = suite.environment();
        environment.put(
                "USAGE_SPOOL_DIR", LOGS.resolve("spool").toAbsolutePath().toString());
        environment.put("REDIS_URL", redis.url());
        environment.put("TUNNEL_SERVICE_URL", LOCAL + replicas.get(0).port + "," + LOCAL + replicas.get(1).port);
        environment.put("TUNNEL_DATA_URL", LOCAL + replicas.get(0).dataPort + "," + LOCAL + replicas.get(1).dataPort);
        return environment;
    }

    private void awaitReady(int number) {
        Replica replica = replicas.get(number);
        suite.awaitReady(URI.create(LOCAL + replica.port), replica.process());
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
