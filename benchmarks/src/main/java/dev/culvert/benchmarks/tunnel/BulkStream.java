package dev.culvert.benchmarks.tunnel;

import dev.culvert.benchmarks.gateway.Program;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import java.util.stream.DoubleStream;

/** How fast one large body passes in each direction. */
final class BulkStream {
    private static final double ASKED_DIRECT = 400;
    private static final double ASKED_THROUGH = 250;
    private static final int RUNS = 3;

    private BulkStream() {}

    private interface Direction {
        double seconds(Target target, long bytes) throws IOException;
    }

    /** @param megabytes of each body */
    static void run(Bed bed, Duration span, int megabytes, Consumer<Row> rows) throws Exception {
        direction("down", Transfer::down, bed, megabytes, rows);
        direction("up", Transfer::up, bed, megabytes, rows);
    }

    private static void direction(String name, Direction direction, Bed bed, int megabytes, Consumer<Row> rows)
            throws Exception {
        double alone = speed(direction, bed.alone(), megabytes);
        String beside = "local service alone " + Row.whole(alone);
        Optional<Target> peer = bed.proxied();
        if (peer.isPresent()) {
            beside += ", nginx " + Row.whole(speed(direction, peer.get(), megabytes));
        }
        rows.accept(row(
                name + " direct",
                ASKED_DIRECT,
                bed.programsDirect(),
                () -> speed(direction, bed.direct(), megabytes),
                megabytes,
                alone,
                beside));
        rows.accept(row(
                name + " through the gateway",
                ASKED_THROUGH,
                bed.programsThrough(),
                () -> speed(direction, bed.through(), megabytes),
                megabytes,
                alone,
                beside));
    }

    /** The middle one of several, after one that warms up. */
    private static double speed(Direction direction, Target target, int megabytes) throws IOException {
        long bytes = (long) megabytes * Transfer.MEGABYTE;
        direction.seconds(target, bytes);
        double[] seconds = new double[RUNS];
        for (int i = 0; i < RUNS; i++) {
            seconds[i] = direction.seconds(target, bytes);
        }
        return megabytes / DoubleStream.of(seconds).sorted().toArray()[RUNS / 2];
    }

    private static Row row(
            String way,
            double asked,
            Map<String, Program> programs,
            Callable<Double> transfers,
            int megabytes,
            double alone,
            String beside)
            throws Exception {
        ProcessorTimes used = ProcessorTimes.from(programs);
        double ours = transfers.call();
        return new Row(
                "one stream " + way + ", MB/s",
                "≥ " + Row.whole(asked),
                Row.whole(ours),
                ours >= asked,
                beside,
                "%.2f of the local service; median of %d; µs of processor for a megabyte: %s"
                        .formatted(ours / alone, RUNS, used.forEach(megabytes * (1 + RUNS))));
    }
}
