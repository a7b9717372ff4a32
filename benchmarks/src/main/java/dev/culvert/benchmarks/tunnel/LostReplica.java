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
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * How soon agents that have one connection are back after their replica was killed, and what somebody else notices of it whose
 * agent has two. All dial a gateway of their own, which spreads them over two replicas.
 */
final class LostReplica {
    private static final double ASKED_SECONDS = 5;
    private static final double ASKED_OF_OTHERS = 2;
    private static final int CALLS_A_SECOND = 100;
    private static final String NEIGHBOUR = "neighbour";
    private static final Duration CONNECT_WITHIN = Duration.ofMinutes(2);
    private static final Duration BACK_WITHIN = Duration.ofMinutes(1);
    private static final Duration AGENT_WITHIN = Duration.ofSeconds(30);
    private static final Duration HEARD_OF_IT = Duration.ofSeconds(1);

    private LostReplica() {}

    /** @param count agents on the replica that is killed; as many are on the other one */
    static void run(Bed bed, Duration span, int count, Consumer<Row> rows) throws Exception {
        bed.createTunnels("herd", 2 * count);
        Services services = bed.services();
        Deque<Service> opened = new ArrayDeque<>();
        try (TestingRedis redis = TestingRedis.start();
                Account neighbour = new Account(
                        services.gatewayAddress(),
                        services.authAddress(),
                        NEIGHBOUR + "-" + bed.flags().word())) {
            neighbour.createTunnel(NEIGHBOUR);
            Service stays = services.tunnel("stays", redis, List.of());
            opened.push(stays);
            Service lost = services.tunnel("lost", redis, List.of());
            opened.push(lost);
            URI address = URI.create("http://127.0.0.1:" + LocalPorts.free());
            Service gateway = services.gateway("gateway-of-both", address.getPort(), List.copyOf(opened));
            opened.push(gateway);
            Program agent = services.agent(address, NEIGHBOUR, bed.origin().address(), neighbour.key());
            Target others = new Target(
                    NEIGHBOUR, address, "/t/" + NEIGHBOUR, "Authorization: Bearer " + neighbour.key() + "\r\n");
            Map<String, Program> programs = Map.of(
                    "replica that stays", stays.program(), "gateway", gateway.program(), "auth", bed.authService());
            try (Crowd crowd =
                    new Crowd(address, "herd", bed.account()::key, bed.origin().address())) {
                agent.awaitReady(
                        address.resolve(others.prefix() + "/ready"), "Bearer " + neighbour.key(), AGENT_WITHIN);
                crowd.connect(2 * count, CONNECT_WITHIN);
                PacedCalls.run(others, CALLS_A_SECOND, span);
                Timings before = PacedCalls.run(others, CALLS_A_SECOND, span);
                kill(crowd, lost, programs, others, before, rows);
            } finally {
                services.stop(agent);
            }
        } finally {
            opened.forEach(service -> services.stop(service.program()));
        }
    }

    private static void kill(
            Crowd crowd, Service lost, Map<String, Program> programs, Target others, Timings before, Consumer<Row> rows)
            throws Exception {
        int connected = crowd.connected();
        ProcessorTimes used = ProcessorTimes.from(programs);
        AtomicBoolean over = new AtomicBoolean();
        FutureTask<Timings> calls =
                new FutureTask<>(() -> PacedCalls.run(List.of(others), CALLS_A_SECOND, BACK_WITHIN, over::get));
        Thread.ofVirtual().name("neighbour").start(calls);
        crowd.watch();
        lost.program().kill();
        Thread.sleep(HEARD_OF_IT);
        boolean all = crowd.await(connected, System.nanoTime() + BACK_WITHIN.toNanos());
        over.set(true);
        Timings back = crowd.back();
        double seconds = back.at(1) / 1e3;
        rows.accept(new Row(
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
                                used.forEach(back.count()))));
        Timings during = calls.get();
        rows.accept(new Row(
                "p99 of another tenant's requests meanwhile",
                "< %.0f times".formatted(ASKED_OF_OTHERS),
                "%.1f times: %.1f ms".formatted(during.at(0.99) / before.at(0.99), during.at(0.99)),
                during.at(0.99) < ASKED_OF_OTHERS * before.at(0.99),
                "before %.1f ms".formatted(before.at(0.99)),
                "%d a second through the same gateway, to an agent with a connection to each replica; p50 %.1f, before %.1f ms; none failed"
                        .formatted(CALLS_A_SECOND, during.at(0.5), before.at(0.5))));
    }
}
