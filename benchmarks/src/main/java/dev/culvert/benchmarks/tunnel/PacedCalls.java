package dev.culvert.benchmarks.tunnel;

import dev.culvert.benchmarks.Connection;
import dev.culvert.benchmarks.Timings;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * Small requests at a steady rate over a few kept-alive connections. A request that could not be sent when it was due,
 * because the one before had no answer yet, counts from when it was due. Requests that are still due after a tenth more
 * are not sent any more.
 */
final class PacedCalls {
    private static final int CONNECTIONS = 8;

    private PacedCalls() {}

    static Timings run(Target target, int perSecond, Duration span) throws Exception {
        return run(List.of(target), perSecond, span, () -> false);
    }

    /**
     * The same to several, in turns.
     *
     * @param targets all at one address
     * @param span at most
     * @param over asked before each request
     */
    static Timings run(List<Target> targets, int perSecond, Duration span, BooleanSupplier over) throws Exception {
        long between = 1_000_000_000L * CONNECTIONS / perSecond;
        long start = System.nanoTime() + 1_000_000L;
        List<Long> all = new ArrayList<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(CONNECTIONS)) {
            List<Future<List<Long>>> callers = new ArrayList<>();
            for (int i = 0; i < CONNECTIONS; i++) {
                Caller caller = new Caller(targets, i, start + between * i / CONNECTIONS, between, over);
                callers.add(threads.submit(() -> caller.call(span.toNanos() / between)));
            }
            for (Future<List<Long>> caller : callers) {
                all.addAll(caller.get());
            }
        }
        return Timings.of(all.stream().mapToLong(Long::longValue).toArray());
    }

    /** One connection. */
    private record Caller(List<Target> targets, int number, long first, long between, BooleanSupplier over) {
        List<Long> call(long calls) throws IOException {
            List<Long> nanos = new ArrayList<>();
            long end = first + between * calls * 11 / 10;
            try (Connection connection = Connection.to(targets.getFirst().address())) {
                for (long i = 0; i < calls && System.nanoTime() < end && !over.getAsBoolean(); i++) {
                    long due = first + i * between;
                    long early = due - System.nanoTime();
                    boolean late = early <= 0;
                    for (; early > 0; early = due - System.nanoTime()) {
                        LockSupport.parkNanos(early);
                    }
                    long from = late ? due : System.nanoTime(); // how late a thread wakes up is not the tunnel's doing
                    Target target = targets.get((int) ((i * CONNECTIONS + number) % targets.size()));
                    Connection.Answer answer = connection.get(target.prefix() + "/small", headers(target));
                    if (answer.status() != 200) {
                        throw new IllegalStateException("Answer " + answer.status() + ": " + answer.body());
                    }
                    nanos.add(System.nanoTime() - from);
                }
            }
            return nanos;
        }
    }

    private static String[] headers(Target target) {
        return target.credential()
                .lines()
                .flatMap(line -> List.of(line.split(": ", 2)).stream())
                .toArray(String[]::new);
    }
}
