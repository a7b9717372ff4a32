package dev.culvert.benchmarks.tunnel;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * What tunnels can bear and what they cost: one table, each line with what is asked of it and with what the local service
 * does alone or behind a bare reverse proxy. Services are processes, with the flags of the images first and then with those of
 * {@code ./culvert up}, agents as {@code ./culvert agent} starts them; load, local service and Kafka share this JVM,
 * PostgreSQL and Redis run beside it, and everything shares the machine.
 */
public final class TunnelBenchmark {
    /** @param size unless another one is asked for */
    private record Part(Measurement measurement, int size, String unit) {
        Part withSize(int wanted) {
            return new Part(measurement, wanted, unit);
        }
    }

    private static final Map<String, Part> PARTS = parts();

    /** How long a part may take, beside what is measured by time. */
    private static final Duration LONGEST = Duration.ofMinutes(10);

    /** What is measured by time, with warming up and with all that it is compared with. */
    private static final int MOST_SPANS = 30;

    /** For a part that was given up, to stop what it started. */
    private static final Duration CLEAN_UP = Duration.ofMinutes(1);

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
     * @param arguments seconds of each part that is measured by time, then flags and parts in any order, all of those of which
     *     there are none; a part may have a size, as in {@code up volume=10}
     * @throws IllegalArgumentException if there is no such part
     */
    public static void run(Path root, List<String> arguments) throws Exception {
        int seconds = arguments.isEmpty() ? 30 : Integer.parseInt(arguments.getFirst());
        List<String> words = arguments.stream().skip(1).toList();
        List<Flags> flags = Stream.of(Flags.values())
                .filter(it -> words.contains(it.word()))
                .toList();
        Map<String, Part> wanted = wanted(words.stream()
                .filter(word -> flags.stream().noneMatch(it -> it.word().equals(word)))
                .toList());
        System.out.printf(
                "%d s for each part that is measured by time, after a warm-up; %d processors, %s%n%n%s%n",
                seconds, Runtime.getRuntime().availableProcessors(), System.getProperty("java.vm.version"), Row.HEAD);
        boolean good = true;
        for (Flags each : flags.isEmpty() ? List.of(Flags.values()) : flags) {
            good &= run(root, each, wanted, Duration.ofSeconds(seconds));
        }
        System.out.printf("%nRepeat: benchmarks/run tunnel %s%n", String.join(" ", arguments));
        if (!good) {
            throw new IllegalStateException("Not everything could be measured");
        }
    }

    private static boolean run(Path root, Flags flags, Map<String, Part> wanted, Duration span)
            throws IOException, InterruptedException {
        boolean good = true;
        try (Bed bed = Bed.make(root, flags)) {
            bed.warmUp();
            for (Map.Entry<String, Part> part : wanted.entrySet()) {
                good &= measure(bed, part.getKey(), part.getValue(), span);
            }
        }
        return good;
    }

    /** One that fails, or does not end, does not take the others with it. */
    private static boolean measure(Bed bed, String name, Part part, Duration span) throws InterruptedException {
        Consumer<Row> table = row -> System.out.println(row.line(bed.flags()));
        FutureTask<Boolean> task = new FutureTask<>(() -> {
            part.measurement().run(bed, span, part.size(), table);
            return true;
        });
        Thread thread = Thread.ofVirtual().name(name).start(task);
        Duration longest = LONGEST.plus(span.multipliedBy(MOST_SPANS));
        try {
            return task.get(longest.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            table.accept(failed(name, String.valueOf(e.getCause())));
            e.printStackTrace(); // for whoever runs it at a terminal; there is no log
        } catch (TimeoutException _) {
            Exception where = new Exception("The part " + name + " has not ended");
            where.setStackTrace(thread.getStackTrace());
            task.cancel(true);
            table.accept(failed(name, "did not end within " + longest.toMinutes() + " minutes"));
            where.printStackTrace();
            thread.join(CLEAN_UP);
        }
        return false;
    }

    private static Row failed(String name, String why) {
        return new Row(name, "", "failed", false, "–", why.replace('\n', ' ').replace('|', '/'));
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
        return String.join(", ", Stream.of(Flags.values()).map(Flags::word).toList()) + " for the flags, and "
                + String.join(
                        ", ",
                        PARTS.entrySet().stream()
                                .map(part ->
                                        part.getKey() + "=" + part.getValue().size() + " "
                                                + part.getValue().unit())
                                .toList());
    }
}
