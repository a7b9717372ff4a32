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

/**
 * Small requests at a steady rate over a few kept-alive connections. A request that could not be sent when it was due,
 * because the one before had no answer yet, counts from when it was due. Requests that are still due after a tenth more
 * are not sent any more.
 */
final class PacedCalls {
    private static final int CONNECTIONS = 8;

    private PacedCalls() {}

    static Timings run(Target target, int perSecond, Duration span) throws Exception {
        long between = 1_000_000_000L * CONNECTIONS / perSecond;
        long start = System.nanoTime() + 1_000_000L;
        List<Long> all = new ArrayList<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(CONNECTIONS)) {
            List<Future<List<Long>>> callers = new ArrayList<>();
            for (int i = 0; i < CONNECTIONS; i++) {
                long first = start + between * i / CONNECTIONS;
                callers.add(threads.submit(() -> call(target, first, between, span.toNanos() / between)));
            }
            for (Future<List<Long>> caller : callers) {
                all.addAll(caller.get());
            }
        }
        return Timings.of(all.stream().mapToLong(Long::longValue).toArray());
    }

    private static List<Long> call(Target target, long first, long between, long calls) throws IOException {
        List<Long> nanos = new ArrayList<>((int) calls);
        String[] headers = headers(target);
        long end = first + between * calls * 11 / 10;
        try (Connection connection = Connection.to(target.address())) {
            for (long i = 0; i < calls && System.nanoTime() < end; i++) {
                long due = first + i * between;
                long early = due - System.nanoTime();
                boolean late = early <= 0;
                for (; early > 0; early = due - System.nanoTime()) {
                    LockSupport.parkNanos(early);
                }
                long from = late ? due : System.nanoTime(); // how late a thread wakes up is not the tunnel's doing
                Connection.Answer answer = connection.get(target.prefix() + "/small", headers);
                if (answer.status() != 200) {
                    throw new IllegalStateException("Answer " + answer.status() + ": " + answer.body());
                }
                nanos.add(System.nanoTime() - from);
            }
        }
        return nanos;
    }

    private static String[] headers(Target target) {
        return target.credential()
                .lines()
                .flatMap(line -> List.of(line.split(": ", 2)).stream())
                .toArray(String[]::new);
    }
}
