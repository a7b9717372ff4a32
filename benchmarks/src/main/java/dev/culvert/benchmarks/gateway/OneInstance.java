package dev.culvert.benchmarks.gateway;

import dev.culvert.benchmarks.gateway.Contenders.Contender;
import dev.culvert.testing.LocalPorts;
import dev.culvert.testing.TestingKafka;
import dev.culvert.testing.TestingPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.springframework.util.FileSystemUtils;

/**
 * What one instance must bear (requirement S4.85), with the flags of the images and the limits and pools they ship with: 1,000 open
 * connections, 500 requests a second, at most 20 connections to PostgreSQL, below 512 MB. Once through the gateway to tunnel-service,
 * whose answer takes a query, and once at tunnel-service itself.
 */
public final class OneInstance {
    private static final int CONNECTIONS = 1_000;
    private static final Duration BETWEEN = Duration.ofSeconds(2);
    private static final Duration WARM_UP = Duration.ofSeconds(30);
    private static final String SCHEMA = "tunnel";

    private final Contender gateway;
    private final Contender tunnels;

    private OneInstance(Contender gateway, Contender tunnels) {
        this.gateway = gateway;
        this.tunnels = tunnels;
    }

    /** The highest numbers seen while a load ran. */
    private record Peaks(int databaseConnections, long gatewayBytes, long tunnelsBytes) {
        Peaks with(Peaks other) {
            return new Peaks(
                    Math.max(databaseConnections, other.databaseConnections),
                    Math.max(gatewayBytes, other.gatewayBytes),
                    Math.max(tunnelsBytes, other.tunnelsBytes));
        }
    }

    /**
     * Measures both for so many seconds and prints.
     *
     * @param root of the sources, where gateway-service and tunnel-service are built
     */
    public static void run(Path root, int seconds) throws Exception {
        Path folder = Files.createTempDirectory("culvert-gateway-benchmark");
        try (Service standIn = Service.start();
                TestingKafka kafka = TestingKafka.start();
                Contender tunnels = new Contenders(standIn.address(), kafka.bootstrapServers(), folder, root)
                        .serviceOfSuite(
                                "tunnel-service",
                                SCHEMA,
                                Map.of("TUNNEL_DATA_PORT", Integer.toString(LocalPorts.free())));
                Contender gateway = new Contenders(tunnels.address(), kafka.bootstrapServers(), folder, root)
                        .asShipped("culvert", Contenders.OF_THE_IMAGE, "--TRUSTED_PROXIES=127.0.0.1")) {
            OneInstance both = new OneInstance(gateway, tunnels);
            both.measure("through the gateway", gateway, Duration.ofSeconds(seconds));
            both.measure("tunnel-service itself", tunnels, Duration.ofSeconds(seconds));
        } finally {
            FileSystemUtils.deleteRecursively(folder);
        }
    }

    private void measure(String name, Contender target, Duration span) throws Exception {
        List<String> requests = SteadyRate.requests(target.address(), CONNECTIONS);
        Load.paced(target.address(), requests, CONNECTIONS, WARM_UP, BETWEEN);
        CompletableFuture<Load.Result> running = CompletableFuture.supplyAsync(() -> {
            try {
                return Load.paced(target.address(), requests, CONNECTIONS, span, BETWEEN);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            }
        });
        Peaks peaks = new Peaks(0, 0, 0);
        while (!running.isDone()) {
            peaks = peaks.with(now());
            TimeUnit.SECONDS.sleep(1);
        }
        print(name, running.join(), peaks);
    }

    private Peaks now() throws IOException, SQLException {
        try (Connection connection = TestingPostgres.shared().adminConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(
                        "SELECT count(*) FROM pg_stat_activity WHERE usename = '" + SCHEMA + "_app'")) {
            row.next();
            return new Peaks(
                    row.getInt(1),
                    gateway.program().residentBytes().orElse(0),
                    tunnels.program().residentBytes().orElse(0));
        }
    }

    private static void print(String name, Load.Result result, Peaks peaks) {
        System.out.printf(
                "%s: %d connections, %.0f requests a second in %d s, p50 %.1f, p95 %.1f, p99 %.1f ms; at most %d connections to"
                        + " PostgreSQL, gateway %d MB, tunnel-service %d MB %s%n",
                name,
                CONNECTIONS,
                result.perSecond(),
                result.span().toSeconds(),
                result.timings().at(0.5),
                result.timings().at(0.95),
                result.timings().at(0.99),
                peaks.databaseConnections(),
                peaks.gatewayBytes() >> 20,
                peaks.tunnelsBytes() >> 20,
                result.failures());
    }
}
