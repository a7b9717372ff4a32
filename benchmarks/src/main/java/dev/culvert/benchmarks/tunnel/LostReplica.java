package dev.culvert.benchmarks.tunnel;

import dev.culvert.benchmarks.Timings;
import dev.culvert.benchmarks.gateway.Program;
import dev.culvert.benchmarks.tunnel.Services.Service;
import dev.culvert.testing.LocalPorts;
import dev.culvert.testing.TestingRedis;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * How soon agents that have one connection are back after their replica was killed. They dial a gateway of their own, which
 * spreads them over two replicas.
 */
final class LostReplica {
    private static final double ASKED_SECONDS = 5;
    private static final Duration CONNECT_WITHIN = Duration.ofMinutes(2);
    private static final Duration BACK_WITHIN = Duration.ofMinutes(1);
    private static final Duration HEARD_OF_IT = Duration.ofSeconds(1);

    private LostReplica() {}

    /** @param count agents on the replica that is killed; as many are on the other one */
    static void run(Bed bed, Duration span, int count, Consumer<Row> rows) throws Exception {
        bed.createTunnels("herd", 2 * count);
        Services services = bed.services();
        Deque<Service> opened = new ArrayDeque<>();
        try (TestingRedis redis = TestingRedis.start()) {
            Service stays = services.tunnel("stays", redis, List.of());
            opened.push(stays);
            Service lost = services.tunnel("lost", redis, List.of());
            opened.push(lost);
            int port = LocalPorts.free();
            Service gateway = services.gateway("gateway-of-both", port, List.copyOf(opened));
            opened.push(gateway);
            Map<String, Program> programs = Map.of(
                    "replica that stays", stays.program(), "gateway", gateway.program(), "auth", bed.authService());
            try (Crowd crowd = new Crowd(
                    URI.create("http://127.0.0.1:" + port),
                    "herd",
                    bed.account().key(),
                    bed.origin().address())) {
                crowd.connect(2 * count, CONNECT_WITHIN);
                rows.accept(kill(crowd, lost, programs));
            }
        } finally {
            opened.forEach(service -> services.stop(service.program()));
        }
    }

    private static Row kill(Crowd crowd, Service lost, Map<String, Program> programs) throws InterruptedException {
        int connected = crowd.connected();
        ProcessorTimes used = ProcessorTimes.from(programs);
        crowd.watch();
        lost.program().kill();
        Thread.sleep(HEARD_OF_IT);
        boolean all = crowd.await(connected, System.nanoTime() + BACK_WITHIN.toNanos());
        Timings back = crowd.back();
        double seconds = back.at(1) / 1e3;
        return new Row(
                Row.whole(crowd.lost()) + " agents connected again after their replica was killed",
                "≤ %.0f s for 1,000".formatted(ASKED_SECONDS),
                all ? "%.1f s".formatted(seconds) : "not all: " + crowd.connected() + " of " + connected,
                all && seconds <= ASKED_SECONDS && crowd.lost() >= connected / 3,
                "–",
                ("the middle one after %.1f s; one connection each, through the gateway, %s agents on two replicas;"
                                + " waited because of %s; µs of processor for each: %s")
                        .formatted(
                                back.at(0.5) / 1e3,
                                Row.whole(connected),
                                crowd.failures(),
                                used.forEach(back.count())));
    }
}
