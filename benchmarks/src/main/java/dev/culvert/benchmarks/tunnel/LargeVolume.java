package dev.culvert.benchmarks.tunnel;

import dev.culvert.benchmarks.gateway.Program;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;

/** Whether memory grows with the size of what passes. */
final class LargeVolume {
    private static final long ASKED_MEGABYTES = 64;
    private static final long WARM_UP_BYTES = 512L * Transfer.MEGABYTE;
    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(500);

    private LargeVolume() {}

    /** @param gigabytes in each direction */
    static void run(Bed bed, Duration span, int gigabytes, Consumer<Row> rows) throws Exception {
        Target target = bed.through();
        Transfer.down(target, WARM_UP_BYTES);
        Transfer.up(target, WARM_UP_BYTES);
        Map<String, Program> programs = new TreeMap<>(bed.programsThrough());
        Map<String, Long> before = resident(programs);
        Map<String, Long> largest = new LinkedHashMap<>(before);
        long bytes = gigabytes * 1024L * Transfer.MEGABYTE;
        double seconds;
        try (ExecutorService thread = Executors.newSingleThreadExecutor()) {
            Future<Double> transfer = thread.submit(() -> Transfer.down(target, bytes) + Transfer.up(target, bytes));
            try {
                while (!transfer.isDone()) {
                    Thread.sleep(BETWEEN_LOOKS);
                    resident(programs).forEach((name, now) -> largest.merge(name, now, Math::max));
                }
                seconds = transfer.get();
            } finally {
                transfer.cancel(true); // where this was given up; it would go on otherwise
            }
        }
        Map<String, Long> growth = new LinkedHashMap<>();
        largest.forEach((name, most) -> growth.put(name, (most - before.getOrDefault(name, most)) / Transfer.MEGABYTE));
        long most = growth.values().stream().mapToLong(Long::longValue).max().orElseThrow();
        rows.accept(new Row(
                gigabytes + " GB down and " + gigabytes + " GB up through the gateway: largest growth of a process",
                "≤ " + ASKED_MEGABYTES + " MB for 10 GB",
                most + " MB",
                most <= ASKED_MEGABYTES,
                "–",
                "resident memory at its highest against before, in MB: " + growth + "; "
                        + Row.whole(2.0 * gigabytes * 1024 / seconds) + " MB/s"));
    }

    private static Map<String, Long> resident(Map<String, Program> programs) throws IOException {
        Map<String, Long> resident = new LinkedHashMap<>();
        for (Map.Entry<String, Program> program : programs.entrySet()) {
            resident.put(program.getKey(), program.getValue().residentBytes().orElseThrow());
        }
        return resident;
    }
}
