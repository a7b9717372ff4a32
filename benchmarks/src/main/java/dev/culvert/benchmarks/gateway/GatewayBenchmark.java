package dev.culvert.benchmarks.gateway;

import dev.culvert.benchmarks.Timings;
import dev.culvert.benchmarks.gateway.Contenders.Contender;
import dev.culvert.testing.TestingKafka;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.springframework.util.FileSystemUtils;

/**
 * What the gateway costs, beside nginx as bare reverse proxy and beside a stock Spring Cloud Gateway with its own limiter
 * and resource server: one after another in one run, before the same service, under the same load of 64 kept-alive
 * connections with the tokens of 16 users. Ours runs with all that it ships with: token check, all layers of limits, which
 * are set too high to be met, metrics and the access log.
 *
 * <p>Load, service and Kafka share this JVM, and everything shares the machine, so rates say little beside another machine's;
 * their ratios and the processor time of a request do.
 */
public final class GatewayBenchmark {
    private static final int CONNECTIONS = 64;
    private static final int USERS = 16;
    private static final int OVERLOAD = 10;
    private static final int IDENTICAL = 10_000;
    private static final int MANY_ROUTES = 10_000;
    private static final int ROUNDS = 6;

    /** Of what is measured. */
    private static final int WARM_UP = 3;

    private static final Duration AFTER_READINESS = Duration.ofSeconds(11);
    private static final int TENTH_SECOND = 9;
    private static final Duration SHORTEST = Duration.ofSeconds(3);

    private final Service service;
    private final Contenders contenders;
    private final Duration span;
    private Timings directAlone = Timings.of(new long[0]);

    private GatewayBenchmark(Service service, Contenders contenders, Duration span) {
        this.service = service;
        this.contenders = contenders;
        this.span = span;
    }

    /**
     * What one contender did.
     *
     * @param all under the whole load
     * @param alone over one connection
     * @param processorMicros per request; empty where nothing is between load and service
     * @param allocatedBytes per request, of JVMs
     */
    private record Measured(
            String name,
            Load.Result all,
            Timings alone,
            OptionalDouble processorMicros,
            OptionalDouble allocatedBytes,
            OptionalLong residentBytes) {}

    /**
     * Measures each for so many seconds and prints a line for it.
     *
     * @param root of the sources, where gateway-service is built
     */
    public static void run(Path root, int seconds) throws Exception {
        with(root, seconds, GatewayBenchmark::compare);
    }

    /** Measures ours alone, for whoever wants to make it faster. */
    public static void runOurs(Path root, int seconds) throws Exception {
        with(root, seconds, GatewayBenchmark::ours);
    }

    /** Ten thousand equal requests at once and nothing else; a few seconds. */
    public static void runEqual(Path root) throws Exception {
        with(root, 1, GatewayBenchmark::equal);
    }

    private interface Measurement {
        void take(GatewayBenchmark benchmark) throws Exception;
    }

    private static void with(Path root, int seconds, Measurement measurement) throws Exception {
        Path folder = Files.createTempDirectory("culvert-gateway-benchmark");
        try (Service service = Service.start();
                TestingKafka kafka = TestingKafka.start()) {
            Duration span = Duration.ofSeconds(seconds);
            measurement.take(new GatewayBenchmark(
                    service, new Contenders(service.address(), kafka.bootstrapServers(), folder, root), span));
        } finally {
            FileSystemUtils.deleteRecursively(folder);
        }
    }

    private void ours() throws Exception {
        direct();
        try (Contender ours = contenders.ours("culvert", Contenders.OF_THE_IMAGE)) {
            measure(ours, true);
        }
    }

    private void equal() throws Exception {
        try (Contender ours = contenders.ours("culvert", Contenders.OF_THE_IMAGE)) {
            System.out.println(identical(ours));
        }
    }

    private void direct() throws Exception {
        System.out.printf(
                "%d s each at %d connections, after a warm-up of %d s; %d processors%n",
                span.toSeconds(),
                CONNECTIONS,
                WARM_UP * span.toSeconds(),
                Runtime.getRuntime().availableProcessors());
        load(service.address(), CONNECTIONS, span.multipliedBy(WARM_UP)); // the load itself has to be warm too
        Load.Result direct = load(service.address(), CONNECTIONS, span);
        directAlone = load(service.address(), 1, alone()).timings();
        printHead();
        print(new Measured(
                "direct", direct, directAlone, OptionalDouble.empty(), OptionalDouble.empty(), OptionalLong.empty()));
    }

    private void compare() throws Exception {
        direct();
        Optional<Contender> nginx = contenders.nginx();
        if (nginx.isEmpty()) {
            System.out.println("No nginx here: apt-get install nginx-light, or brew install nginx");
        } else {
            try (Contender proxy = nginx.get()) {
                measure(proxy, false);
            }
        }
        try (Contender stock = contenders.stock()) {
            measure(stock, true);
        }
        List<String> remarks = new ArrayList<>();
        try (Contender ours = contenders.ours("culvert", Contenders.OF_THE_IMAGE)) {
            Load.Result early = load(ours.address(), CONNECTIONS, AFTER_READINESS);
            Measured warm = measure(ours, true);
            remarks.add("ten seconds after readiness: %.2f of the warm rate"
                    .formatted(
                            early.goodInSecond().get(TENTH_SECOND) / warm.all().perSecond()));
            remarks.add(overload(ours, warm));
            remarks.add(identical(ours));
        }
        try (Contender ours = contenders.ours("culvert, flags of ./culvert up", Contenders.OF_THE_RUNNER)) {
            measure(ours, true);
        }
        remarks.add(manyRoutes());
        remarks.forEach(System.out::println);
    }

    private Duration alone() {
        Duration third = span.dividedBy(WARM_UP);
        return third.compareTo(SHORTEST) < 0 ? SHORTEST : third;
    }

    private Measured measure(Contender contender, boolean jvm) throws IOException, InterruptedException {
        load(contender.address(), CONNECTIONS, span.multipliedBy(WARM_UP));
        Program program = contender.program();
        long allocated = jvm ? program.allocatedBytes() : 0;
        Duration used = program.processorTime();
        Load.Result all = load(contender.address(), CONNECTIONS, span);
        double micros = program.processorTime().minus(used).toNanos()
                / 1e3
                / all.timings().count();
        OptionalDouble bytes = jvm
                ? OptionalDouble.of((double) (program.allocatedBytes() - allocated)
                        / all.timings().count())
                : OptionalDouble.empty();
        OptionalLong resident = program.residentBytes();
        Timings alone = load(contender.address(), 1, alone()).timings();
        Measured measured = new Measured(contender.name(), all, alone, OptionalDouble.of(micros), bytes, resident);
        print(measured);
        return measured;
    }

    private static Load.Result load(URI address, int connections, Duration span) throws InterruptedException {
        List<String> requests = Stream.generate(() ->
                        request(Contenders.ROUTE, address, "Authorization: " + Contenders.authorization() + "\r\n"))
                .limit(USERS)
                .toList();
        return Load.run(address, requests, connections, span);
    }

    private static String request(String path, URI address, String headers) {
        return "GET " + path + " HTTP/1.1\r\nHost: " + address.getAuthority()
                + "\r\nAccept: application/json\r\nUser-Agent: culvert-benchmarks\r\n" + headers + "\r\n";
    }

    /** Ten times the callers, none of whom waits for the others: what is answered well in a second must not get less. */
    private String overload(Contender ours, Measured peak) throws InterruptedException {
        Load.Result result = load(ours.address(), CONNECTIONS * OVERLOAD, span);
        return "%d connections: %.2f of the rate of %d, p99 %.1f ms; %s"
                .formatted(
                        CONNECTIONS * OVERLOAD,
                        result.perSecond() / peak.all().perSecond(),
                        CONNECTIONS,
                        result.timings().at(0.99),
                        result.failures());
    }

    /** Nobody sends twice, and the service takes longer than all of them need to ask. */
    private String identical(Contender ours) throws InterruptedException {
        service.askedForCacheable();
        Load.Result result = Load.run(
                ours.address(), List.of(request(Service.CACHEABLE, ours.address(), "")), IDENTICAL, Duration.ZERO);
        return "%d equal requests at once: %d answers, %d calls of the service %s"
                .formatted(IDENTICAL, result.timings().count(), service.askedForCacheable(), result.failures());
    }

    /** In turns, so that what else the machine does meets both alike. */
    private String manyRoutes() throws Exception {
        try (Contender one = contenders.ours("one route", Contenders.OF_THE_IMAGE, contenders.routes(1));
                Contender many =
                        contenders.ours("many routes", Contenders.OF_THE_IMAGE, contenders.routes(MANY_ROUTES))) {
            double[] rates = new double[2];
            double[] micros = new double[2];
            Duration turn = span.multipliedBy(WARM_UP).dividedBy(ROUNDS);
            for (int round = 0; round < 2 * ROUNDS; round++) {
                boolean warm = round >= ROUNDS;
                for (int i = 0; i < 2; i++) {
                    Contender contender = i == 0 ? one : many;
                    Duration used = contender.program().processorTime();
                    Load.Result result = load(contender.address(), CONNECTIONS, turn);
                    if (warm) {
                        rates[i] += result.perSecond() / ROUNDS;
                        micros[i] +=
                                contender.program().processorTime().minus(used).toNanos()
                                        / 1e3
                                        / result.timings().count()
                                        / ROUNDS;
                    }
                }
            }
            return "%d routes against one: %.2f of the rate, %.2f of the processor time (%.0f and %.0f µs)"
                    .formatted(MANY_ROUTES, rates[1] / rates[0], micros[1] / micros[0], micros[1], micros[0]);
        }
    }

    private static void printHead() {
        System.out.printf(
                "%-32s %10s %9s %9s %12s %12s %9s %9s %9s%n",
                "", "requests/s", "p50 ms", "p99 ms", "added p50", "added p99", "CPU µs", "bytes", "RSS MB");
    }

    private void print(Measured row) {
        System.out.printf(
                "%-32s %10.0f %9.2f %9.2f %9.2f ms %9.2f ms %9s %9s %9s%n",
                row.name(),
                row.all().perSecond(),
                row.all().timings().at(0.5),
                row.all().timings().at(0.99),
                row.alone().at(0.5) - directAlone.at(0.5),
                row.alone().at(0.99) - directAlone.at(0.99),
                whole(row.processorMicros()),
                whole(row.allocatedBytes()),
                row.residentBytes().isPresent() ? row.residentBytes().getAsLong() >> 20 : "–");
        if (!row.all().failures().isEmpty()) {
            System.out.println("  " + row.all().failures());
        }
    }

    private static String whole(OptionalDouble value) {
        return value.isPresent() ? "%.0f".formatted(value.getAsDouble()) : "–";
    }
}
