package dev.culvert.benchmarks.gateway;

import dev.culvert.benchmarks.gateway.Contenders.Contender;
import dev.culvert.testing.TestCallers;
import dev.culvert.testing.TestingIssuer;
import dev.culvert.testing.TestingKafka;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import org.springframework.util.FileSystemUtils;

/**
 * A thousand requests a second through one gateway with the flags of the images (requirement NF1.2): half of them with tokens and half
 * with API keys, all layers of limits on and at the numbers they ship with. That takes a thousand users, of whom each asks once a second (a free one may 100 times a
 * minute), ten in a tenant, behind a trusted proxy that tells their addresses, as one address may only ask 20,000 times a minute.
 */
public final class SteadyRate {
    private static final int USERS = 1_000;
    private static final int TENANT = 10;
    private static final Duration BETWEEN = Duration.ofSeconds(1);
    private static final Duration WARM_UP = Duration.ofSeconds(30);
    private static final double MOST_ERRORS = 0.005;

    private SteadyRate() {}

    /**
     * Warms for half a minute, measures and prints.
     *
     * @param root of the sources, where gateway-service is built
     */
    public static void run(Path root, int seconds) throws Exception {
        Path folder = Files.createTempDirectory("culvert-gateway-benchmark");
        try (Service service = Service.start();
                TestingKafka kafka = TestingKafka.start();
                Contender gateway = new Contenders(service.address(), kafka.bootstrapServers(), folder, root)
                        .asShipped("culvert", Contenders.OF_THE_IMAGE, "--TRUSTED_PROXIES=127.0.0.1")) {
            Map<String, TestCallers> owners = new ConcurrentHashMap<>();
            service.exchangeKeys(key -> TestingIssuer.shared().token(Objects.requireNonNull(owners.get(key))));
            List<String> requests = requests(gateway.address(), USERS, (user, caller) -> {
                String key = "cvt_live_benchmark" + user;
                owners.put(key, caller);
                return user % 2 == 0 ? key : TestingIssuer.shared().token(caller);
            });
            Load.paced(gateway.address(), requests, USERS, WARM_UP, BETWEEN);
            Duration used = gateway.program().processorTime();
            Load.Result result = Load.paced(gateway.address(), requests, USERS, Duration.ofSeconds(seconds), BETWEEN);
            print(result, gateway, gateway.program().processorTime().minus(used));
        } finally {
            FileSystemUtils.deleteRecursively(folder);
        }
    }

    /** Of so many users with tokens, each from an address of its own. */
    static List<String> requests(URI gateway, int users) {
        return requests(gateway, users, (_, caller) -> TestingIssuer.shared().token(caller));
    }

    private static List<String> requests(URI gateway, int users, BiFunction<Integer, TestCallers, String> credential) {
        List<String> requests = new ArrayList<>(users);
        UUID tenant = UUID.randomUUID();
        for (int user = 0; user < users; user++) {
            if (user % TENANT == 0) {
                tenant = UUID.randomUUID();
            }
            String shown = credential.apply(user, TestCallers.user().withTenantId(tenant));
            requests.add("GET " + Contenders.ROUTE + " HTTP/1.1\r\nHost: " + gateway.getAuthority()
                    + "\r\nUser-Agent: culvert-benchmarks\r\nX-Forwarded-For: 198.51." + user / 250 + "." + user % 250
                    + "\r\nAuthorization: Bearer " + shown + "\r\n\r\n");
        }
        return requests;
    }

    private static void print(Load.Result result, Contender gateway, Duration used) throws Exception {
        long good = result.timings().count();
        long all =
                result.statuses().values().stream().mapToInt(Integer::intValue).sum()
                        + result.broken()
                        + result.unanswered();
        double errors = 1 - (double) good / all;
        System.out.printf(
                "%d users of %d tenants: %d requests in %d s, %.0f a second; errors %.3f %% (asked: %.1f) %s%n",
                USERS,
                USERS / TENANT,
                all,
                result.span().toSeconds(),
                result.perSecond(),
                errors * 100,
                MOST_ERRORS * 100,
                result.failures());
        System.out.printf(
                "p50 %.1f, p95 %.1f, p99 %.1f ms; %.0f µs of processor time each, RSS %d MB%n",
                result.timings().at(0.5),
                result.timings().at(0.95),
                result.timings().at(0.99),
                used.toNanos() / 1e3 / all,
                gateway.program().residentBytes().orElse(0) >> 20);
        String metrics = metrics(gateway.address());
        printWithin("keys known (memory) within 10 ms", metrics, "key_validation_seconds", "by=\"memory\"", "0.01");
        printWithin("calls counted within 5 ms", metrics, "rate_limit_check_duration_seconds", "", "0.005");
    }

    private static String metrics(URI gateway) throws IOException, InterruptedException {
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(
                            HttpRequest.newBuilder(gateway.resolve("/metrics")).build(), BodyHandlers.ofString())
                    .body();
        }
    }

    /** Of all since the gateway started. */
    private static void printWithin(String what, String metrics, String histogram, String label, String seconds) {
        double within = sum(metrics, histogram + "_bucket", label, "le=\"" + seconds + "\"");
        double all = sum(metrics, histogram + "_count", label, "");
        System.out.printf("%s: %.1f %% of %.0f (asked: 95)%n", what, 100 * within / all, all);
    }

    private static double sum(String metrics, String series, String... labels) {
        return metrics.lines()
                .filter(line -> line.startsWith(series) && Stream.of(labels).allMatch(line::contains))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }
}
