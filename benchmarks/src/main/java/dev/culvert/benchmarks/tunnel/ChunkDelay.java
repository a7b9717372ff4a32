package dev.culvert.benchmarks.tunnel;

import dev.culvert.benchmarks.Timings;
import dev.culvert.benchmarks.gateway.Program;
import java.time.Duration;
import java.util.Map;
import java.util.function.Consumer;

/** How long each piece of many streamed answers takes from the local service's write to the caller. */
final class ChunkDelay {
    private static final double ASKED = 5;
    private static final int FEWEST = 50;

    private ChunkDelay() {}

    /** @param streams at the same time, with twenty events a second each; fewer where they are refused */
    static void run(Bed bed, Duration span, int streams, Consumer<Row> rows) throws Exception {
        int borne = streams;
        String remark = "";
        while (true) {
            try {
                Measured through = measure(bed.through(), borne, span, bed.programsThrough());
                Timings ours = through.delays();
                Timings alone = measure(bed.alone(), borne, span, Map.of()).delays();
                rows.accept(new Row(
                        "delay of a chunk, " + borne + " streams of 20 events/s, p50 / p99",
                        "p99 ≤ %.0f ms with 500".formatted(ASKED),
                        "%.2f / %.2f ms".formatted(ours.at(0.5), ours.at(0.99)),
                        ours.at(0.99) <= ASKED && borne >= 500,
                        "local service alone %.2f / %.2f ms".formatted(alone.at(0.5), alone.at(0.99)),
                        Row.whole(ours.perSecond(span)) + " events/s; µs of processor for one: " + through.micros()
                                + remark));
                return;
            } catch (IllegalStateException e) {
                if (borne <= FEWEST) {
                    throw e;
                }
                remark = "; with " + borne + ": " + e.getMessage();
                borne /= 2;
            }
        }
    }

    private record Measured(Timings delays, String micros) {}

    private static Measured measure(Target target, int streams, Duration span, Map<String, Program> programs)
            throws InterruptedException {
        try (EventReaders readers = EventReaders.open(target, streams)) {
            readers.measure(span);
            ProcessorTimes used = ProcessorTimes.from(programs);
            Timings timings = readers.measure(span);
            String micros = used.forEach(timings.count());
            if (readers.broken() > 0) {
                throw new IllegalStateException(readers.broken() + " streams broke off");
            }
            return new Measured(timings, micros);
        }
    }
}
