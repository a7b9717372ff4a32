package dev.culvert.benchmarks.tunnel;

import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What tunnels can bear and what they cost: one table, each line with what is asked of it and with what the local service
 * does alone or behind a bare reverse proxy. Services and agents are processes with the flags of {@code ./culvert up} and
 * {@code ./culvert agent}; load, local service and Kafka share this JVM, PostgreSQL and Redis run beside it, and everything
 * shares the machine.
 */
public final class TunnelBenchmark {
    /** @param size unless another one is asked for */
    private record Part(Measurement measurement, int size, String unit) {
        Part withSize(int wanted) {
            return new Part(measurement, wanted, unit);
        }
    }

    private static final Map<String, Part> PARTS = parts();

    private TunnelBenchmark() {}

    private static Map<String, Part> parts() {
        Map<String, Part> parts = new LinkedHashMap<>();
        parts.put("requests", new Part(SmallRequests::run, 64, "callers"));
        parts.put("delay", new Part(AddedDelay::run, 1000, "requests a second"));
        parts.put("bulk", new Part(BulkStream::run, 1024, "megabytes"));
        parts.put("chunks", new Part(ChunkDelay::run, 500, "streams"));
        parts.put("stalled", new Part(StalledReaders::run, 200, "readers"));
        parts.put("volume", new Part(LargeVolume::run, 1, "gigabytes"));
        parts.put("idle", new Part(IdleAgents::run, 10_000, "agents"));
        parts.put("lost", new Part(LostReplica::run, 1000, "agents"));
        parts.put("setup", new Part(SetUp::run, 50, "tunnels"));
        return parts;
    }

    /**
     * Measures and prints.
     *
     * @param root of the sources, where services and agent are built
     * @param arguments seconds of each part that is measured by time, then the parts, all if there are none; a part may have
     *     a size, as in {@code volume=10}
     * @throws IllegalArgumentException if there is no such part
     */
    public static void run(Path root, List<String> arguments) throws Exception {
        int seconds = arguments.isEmpty() ? 30 : Integer.parseInt(arguments.getFirst());
        Map<String, Part> wanted = wanted(arguments.stream().skip(1).toList());
        System.out.printf(
                "%d s for each part that is measured by time, after a warm-up; %d processors, %s%n%n%s%n",
                seconds, Runtime.getRuntime().availableProcessors(), System.getProperty("java.vm.version"), Row.HEAD);
        boolean good = true;
        try (Bed bed = Bed.make(root)) {
            for (Map.Entry<String, Part> part : wanted.entrySet()) {
                good &= measure(bed, part.getKey(), part.getValue(), Duration.ofSeconds(seconds));
            }
        }
        System.out.printf("%nRepeat: benchmarks/run tunnel %s%n", String.join(" ", arguments));
        if (!good) {
            throw new IllegalStateException("Not everything could be measured");
        }
    }

    /** One that fails does not take the others with it. */
    private static boolean measure(Bed bed, String name, Part part, Duration span) throws InterruptedException {
        try {
            part.measurement().run(bed, span, part.size(), row -> System.out.println(row.line()));
            return true;
        } catch (InterruptedException e) {
            throw e;
        } catch (Exception e) {
            System.out.println(new Row(name, "", "failed", false, "–", String.valueOf(e.getMessage())).line());
            e.printStackTrace(); // for whoever runs it at a terminal; there is no log
            return false;
        }
    }

    private static Map<String, Part> wanted(List<String> names) {
        Map<String, Part> wanted = new LinkedHashMap<>();
        for (String name : names.isEmpty() ? PARTS.keySet() : names) {
            String[] words = name.split("=", 2);
            Part part = PARTS.get(words[0]);
            if (part == null) {
                throw new IllegalArgumentException("The parts are " + usage());
            }
            wanted.put(words[0], words.length > 1 ? part.withSize(Integer.parseInt(words[1])) : part);
        }
        return wanted;
    }

    private static String usage() {
        return String.join(
                ", ",
                PARTS.entrySet().stream()
                        .map(part -> part.getKey() + "=" + part.getValue().size() + " "
                                + part.getValue().unit())
                        .toList());
    }
}
