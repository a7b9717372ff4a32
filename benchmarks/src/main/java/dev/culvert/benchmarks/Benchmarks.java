package dev.culvert.benchmarks;

import dev.culvert.benchmarks.gateway.CacheSuite;
import dev.culvert.benchmarks.gateway.GatewayBenchmark;
import dev.culvert.benchmarks.gateway.OneInstance;
import dev.culvert.benchmarks.gateway.SteadyRate;
import dev.culvert.benchmarks.tunnel.TunnelBenchmark;
import dev.culvert.testing.suite.RunningSuite;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * Runs one benchmark against the suite that {@code ./culvert up} started: {@code bulk [megabytes]}, {@code delay
 * [events]} or {@code tokens [seconds]}; {@code gateway [seconds]}, its parts {@code gateway-alone [seconds]} and
 * {@code equal}, {@code nf1 [seconds]} and {@code capacity [seconds]}, {@code tunnel [seconds [flags] [part ...]]} and
 * {@code http-cache [test]} start what they need themselves. All traffic stays on
 * the loopback address and ends by itself.
 */
final class Benchmarks {
    private static final String USAGE =
            "Usage: benchmarks/run bulk [megabytes] | delay [events] | tokens [seconds] | gateway [seconds]"
                    + " | gateway-alone [seconds] | equal | nf1 [seconds] | capacity [seconds]"
                    + " | tunnel [seconds [images|up] [part[=size] ...]] | http-cache [test]";

    private Benchmarks() {}

    /** Ends with {@link System#exit}: servers of a benchmark that failed would keep the JVM. */
    public static void main(String[] arguments) {
        try {
            run(arguments);
            System.exit(0);
        } catch (Exception | AssertionError e) {
            e.printStackTrace(); // for whoever runs it at a terminal; there is no log
            System.exit(1);
        }
    }

    private static void run(String[] arguments) throws Exception {
        boolean tunnel = arguments.length > 0 && arguments[0].equals("tunnel");
        if (arguments.length == 0 || (arguments.length > 2 && !tunnel)) {
            throw new IllegalArgumentException(USAGE);
        }
        Path root = Path.of("").toAbsolutePath();
        if (tunnel) {
            TunnelBenchmark.run(root, Arrays.stream(arguments).skip(1).toList());
            return;
        }
        Path data = Path.of(System.getenv()
                .getOrDefault("CULVERT_DATA", root.resolve(".culvert").toString()));
        RunningSuite suite = new RunningSuite(List.of(root.resolve("culvert").toString()), data, Map.of());
        if (arguments[0].equals("http-cache")) {
            CacheSuite.run(root, Arrays.stream(arguments).skip(1).findFirst());
            return;
        }
        OptionalInt size = arguments.length > 1 ? OptionalInt.of(Integer.parseInt(arguments[1])) : OptionalInt.empty();
        switch (arguments[0]) {
            case "bulk" -> tunnelled(suite, bench -> BulkTransfer.run(bench, size.orElse(1024)));
            case "delay" -> tunnelled(suite, bench -> StreamedEventDelay.run(bench, size.orElse(1000)));
            case "tokens" -> Tokens.run(suite, size.orElse(10));
            case "equal" -> GatewayBenchmark.runEqual(root);
            case "gateway" -> GatewayBenchmark.run(root, size.orElse(30));
            case "nf1" -> SteadyRate.run(root, size.orElse(60));
            case "capacity" -> OneInstance.run(root, size.orElse(60));
            case "gateway-alone" -> GatewayBenchmark.runOurs(root, size.orElse(30));
            default -> throw new IllegalArgumentException(USAGE);
        }
    }

    private interface Benchmark {
        void run(Bench bench) throws Exception;
    }

    private static void tunnelled(RunningSuite suite, Benchmark benchmark) throws Exception {
        try (Bench bench = Bench.open(suite)) {
            benchmark.run(bench);
        }
    }
}
