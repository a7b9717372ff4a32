package dev.culvert.benchmarks.tunnel;

import dev.culvert.agent.Agent;
import dev.culvert.agent.AgentListener;
import dev.culvert.agent.AgentOptions;
import dev.culvert.benchmarks.Connection;
import dev.culvert.benchmarks.Timings;
import io.netty.channel.EventLoopGroup;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** How long a new tunnel takes from the wish for it to the first answer through it. */
final class SetUp {
    private static final double ASKED_SECONDS = 1;
    private static final Duration CONNECT_WITHIN = Duration.ofSeconds(20);

    private SetUp() {}

    /** @param count tunnels, one after the other */
    static void run(Bed bed, Duration span, int count, Consumer<Row> rows) throws Exception {
        EventLoopGroup threads = Agent.eventLoops(1);
        long[] whole = new long[count];
        long[] connects = new long[count];
        try {
            for (int i = 0; i < count; i++) {
                long start = System.nanoTime();
                String name = "new-" + i;
                bed.account().createTunnel(name);
                long created = System.nanoTime();
                Agent agent = Agent.start(options(bed, name), new AgentListener() {}, threads);
                try {
                    agent.awaitConnected(CONNECT_WITHIN);
                    connects[i] = System.nanoTime() - created;
                    ask(bed, name);
                    whole[i] = System.nanoTime() - start;
                } finally {
                    agent.kill();
                }
            }
        } finally {
            threads.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
        }
        rows.accept(row(Timings.of(whole), Timings.of(connects)));
    }

    private static AgentOptions options(Bed bed, String name) {
        return AgentOptions.of(
                bed.through().address().toString(),
                name,
                bed.origin().address().toString(),
                bed.account().key());
    }

    private static void ask(Bed bed, String name) throws Exception {
        try (Connection connection = Connection.to(bed.through().address())) {
            Connection.Answer answer = connection.get(
                    "/t/" + name + "/small",
                    "Authorization",
                    "Bearer " + bed.account().key());
            if (answer.status() != 200) {
                throw new IllegalStateException("Answer " + answer.status() + ": " + answer.body());
            }
        }
    }

    private static Row row(Timings whole, Timings connects) {
        return new Row(
                "set-up of a tunnel: created, agent connected, first answer; p50 / p95",
                "p95 < %.0f s".formatted(ASKED_SECONDS),
                "%.0f / %.0f ms".formatted(whole.at(0.5), whole.at(0.95)),
                whole.at(0.95) < ASKED_SECONDS * 1e3,
                "–",
                "the agent's connection alone %.0f / %.0f ms; %d tunnels through the gateway"
                        .formatted(connects.at(0.5), connects.at(0.95), whole.count()));
    }
}
