package dev.culvert.benchmarks;

import dev.culvert.testing.suite.RunningSuite;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Runs one benchmark against the suite that {@code ./culvert up} started: {@code bulk [megabytes]} or {@code delay
 * [events]}. All traffic stays on the loopback address and ends by itself.
 */
final class Benchmarks {
    private static final String USAGE = "Usage: benchmarks/run bulk [megabytes] | delay [events]";

    private Benchmarks() {}

    public static void main(String[] arguments) throws Exception {
        if (arguments.length == 0 || arguments.length > 2) {
            throw new IllegalArgumentException(USAGE);
        }
        Path root = Path.of("").toAbsolutePath();
        Path data = Path.of(System.getenv()
                .getOrDefault("CULVERT_DATA", root.resolve(".culvert").toString()));
        try (Bench bench =
                Bench.open(new RunningSuite(List.of(root.resolve("culvert").toString()), data, Map.of()))) {
            switch (arguments[0]) {
                case "bulk" -> BulkTransfer.run(bench, arguments.length > 1 ? Integer.parseInt(arguments[1]) : 1024);
                case "delay" ->
                    StreamedEventDelay.run(bench, arguments.length > 1 ? Integer.parseInt(arguments[1]) : 1000);
                default -> throw new IllegalArgumentException(USAGE);
            }
        }
    }
}
