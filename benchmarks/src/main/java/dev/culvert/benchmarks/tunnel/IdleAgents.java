package dev.culvert.benchmarks.tunnel;

import dev.culvert.benchmarks.gateway.Program;
import dev.culvert.benchmarks.tunnel.Services.Service;
import dev.culvert.testing.TestingRedis;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

/** What agents cost that have nothing to do. They connect to a replica of their own. */
final class IdleAgents {
    private static final int ASKED_AGENTS = 10_000;
    private static final int ASKED_MEGABYTES = 320;
    private static final Duration CONNECT_WITHIN = Duration.ofMinutes(3);

    /** Until what connecting left behind is gone: kept answers, events on their way. */
    private static final Duration SETTLE = Duration.ofSeconds(10);

    private IdleAgents() {}

    /** @param count agents */
    static void run(Bed bed, Duration span, int count, Consumer<Row> rows) throws Exception {
        bed.createTunnels("idle", count);
        try (TestingRedis redis = TestingRedis.start()) {
            Service replica = bed.services().tunnel("idle", redis, List.of("-Xmx" + ASKED_MEGABYTES + "m"));
            Program program = replica.program();
            try (Crowd crowd = new Crowd(
                    replica.data(), "idle", bed.account().token(), bed.origin().address())) {
                long before = program.liveHeapBytes();
                crowd.connect(count, CONNECT_WITHIN);
                Thread.sleep(SETTLE);
                Duration used = program.processorTime();
                Thread.sleep(span);
                double cores = (double) program.processorTime().minus(used).toNanos() / span.toNanos();
                long after = program.liveHeapBytes();
                rows.accept(row(crowd.connected(), before, after, cores, program));
            } finally {
                bed.services().stop(program);
            }
        }
    }

    private static Row row(int agents, long before, long after, double cores, Program program) throws Exception {
        double each = (double) (after - before) / Math.max(1, agents);
        double forAll = (before + each * ASKED_AGENTS) / Transfer.MEGABYTE;
        String extrapolated = agents < ASKED_AGENTS ? "; extrapolated to 10,000 from " + agents : "";
        return new Row(
                "heap of tunnel-service with " + Row.whole(agents) + " idle agents",
                "≤ " + ASKED_MEGABYTES + " MB with 10,000",
                "%.0f MB%s".formatted((double) after / Transfer.MEGABYTE, extrapolated),
                forAll <= ASKED_MEGABYTES,
                "without agents %.0f MB".formatted((double) before / Transfer.MEGABYTE),
                "live after a full collection, -Xmx%dm; %.1f KB an agent; resident %d MB; pings take %.2f of a core"
                        .formatted(
                                ASKED_MEGABYTES,
                                each / 1024,
                                program.residentBytes().orElse(0) / Transfer.MEGABYTE,
                                cores));
    }
}
