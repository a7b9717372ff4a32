package dev.culvert.benchmarks.tunnel;

import java.time.Duration;
import java.util.function.Consumer;

/** One of the questions of the benchmark. */
interface Measurement {
    /**
     * Measures; prints nothing itself.
     *
     * @param span how long each part lasts that is measured by time
     * @param size how many, or how much, where it is measured by that
     * @param rows gets a line as soon as it is known
     */
    void run(Bed bed, Duration span, int size, Consumer<Row> rows) throws Exception;
}
