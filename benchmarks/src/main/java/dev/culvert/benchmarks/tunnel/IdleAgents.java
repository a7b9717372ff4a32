package dev.culvert.benchmarks.tunnel;

import dev.culvert.benchmarks.Timings;
import dev.culvert.benchmarks.gateway.Program;
import dev.culvert.benchmarks.tunnel.Services.Service;
import dev.culvert.testing.TestingRedis;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * What agents cost that have nothing to do, and what those that have notice of them: one busy agent beside ten idle ones, first
 * without these. All connect to a replica of their own.
 */
final class IdleAgents {
    private static final int ASKED_AGENTS = 10_000;
    private static final int ASKED_MEGABYTES = 320;
    private static final int IDLE_FOR_A_BUSY_ONE = 10;
    private static final int MOST_CALLS_A_SECOND = 500;
    private static final Duration CONNECT_WITHIN = Duration.ofMinutes(5);

    /** Until what connecting left behind is gone, e.g. events on their way, the program takes less and less. */
    private static final Duration SETTLE = Duration.ofSeconds(5);

    private static final int MOST_TO_SETTLE = 24;
    private static final double SETTLED = 0.9;

    private IdleAgents() {}

    /** @param count idle agents */
    static void run(Bed bed, Duration span, int count, Consumer<Row> rows) throws Exception {
        int busy = Math.max(1, count / IDLE_FOR_A_BUSY_ONE);
        bed.createTunnels("idle", count);
        bed.createTunnels("busy", busy);
        try (TestingRedis redis = TestingRedis.start()) {
            Service replica = bed.services().tunnel("idle", redis, List.of("-Xmx" + ASKED_MEGABYTES + "m"));
            Program program = replica.program();
            URI local = bed.origin().address();
            try (Crowd working = new Crowd(replica.data(), "busy", bed.account()::token, local);
                    Crowd crowd = new Crowd(replica.data(), "idle", bed.account()::token, local)) {
                working.connect(busy, CONNECT_WITHIN);
                settle(program);
                calls(replica, bed, busy, span);
                Calls alone = calls(replica, bed, busy, span);
                long before = program.liveHeapBytes();
                long start = System.nanoTime();
                crowd.connect(count, CONNECT_WITHIN);
                double seconds = (System.nanoTime() - start) / 1e9;
                settle(program);
                double cores = alone(program, span);
                long after = program.liveHeapBytes();
                rows.accept(row(crowd.connected(), before, after, cores, seconds, program));
                Calls beside = calls(replica, bed, busy, span);
                rows.accept(row(crowd.connected(), working.connected(), alone, beside));
            } finally {
                bed.services().stop(program);
            }
        }
    }

    private static void settle(Program program) throws Exception {
        double before = Double.MAX_VALUE;
        for (int i = 0; i < MOST_TO_SETTLE; i++) {
            double now = alone(program, SETTLE);
            if (now > SETTLED * before) {
                return;
            }
            before = now;
        }
    }

    /** Cores that the program takes when nobody asks for anything. */
    private static double alone(Program program, Duration span) throws Exception {
        Duration used = program.processorTime();
        Thread.sleep(span);
        return (double) program.processorTime().minus(used).toNanos() / span.toNanos();
    }

    /** Requests to the busy agents in turns. */
    private record Calls(Timings timings, double micros, int perSecond) {}

    private static Calls calls(Service replica, Bed bed, int busy, Duration span) throws Exception {
        String credential = "Authorization: Bearer " + bed.account().token() + "\r\n";
        List<Target> targets = IntStream.rangeClosed(1, busy)
                .mapToObj(i -> new Target("busy", replica.data(), "/t/busy-" + i, credential))
                .toList();
        int perSecond = Math.min(MOST_CALLS_A_SECOND, busy);
        Duration used = replica.program().processorTime();
        Timings timings = PacedCalls.run(targets, perSecond, span, () -> false);
        double micros = replica.program().processorTime().minus(used).toNanos() / 1e3 / Math.max(1, timings.count());
        return new Calls(timings, micros, perSecond);
    }

    private static Row row(int agents, long before, long after, double cores, double seconds, Program program)
            throws Exception {
        double each = (double) (after - before) / Math.max(1, agents);
        double forAll = (before + each * ASKED_AGENTS) / Transfer.MEGABYTE;
        String extrapolated = agents < ASKED_AGENTS ? "; extrapolated to 10,000 from " + agents : "";
        return new Row(
                "heap of tunnel-service with " + Row.whole(agents) + " idle agents",
                "≤ " + ASKED_MEGABYTES + " MB with 10,000",
                "%.0f MB%s".formatted((double) after / Transfer.MEGABYTE, extrapolated),
                forAll <= ASKED_MEGABYTES,
                "without agents %.0f MB".formatted((double) before / Transfer.MEGABYTE),
                "live after a full collection, -Xmx%dm; %.1f KB an agent; resident %d MB; connected in %.0f s; together they take %.3f of a core"
                        .formatted(
                                ASKED_MEGABYTES,
                                each / 1024,
                                program.residentBytes().orElse(0) / Transfer.MEGABYTE,
                                seconds,
                                cores));
    }

    private static Row row(int idle, int busy, Calls alone, Calls beside) {
        return new Row(
                "delay of %s busy agents beside %s idle ones, p50 / p95 / p99"
                        .formatted(Row.whole(busy), Row.whole(idle)),
                "",
                quantiles(beside.timings()),
                true,
                "without the idle ones " + quantiles(alone.timings()),
                "%d requests/s over all of them, direct; tunnel-service takes %.0f µs of processor for each, without the idle ones %.0f"
                        .formatted(beside.perSecond(), beside.micros(), alone.micros()));
    }

    private static String quantiles(Timings timings) {
        return "%.2f / %.2f / %.2f ms".formatted(timings.at(0.5), timings.at(0.95), timings.at(0.99));
    }
}
