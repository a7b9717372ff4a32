package dev.culvert.tunnel.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.culvert.contracts.identity.Scope;
import dev.culvert.contracts.identity.Tier;
import dev.culvert.platform.caller.Caller;
import dev.culvert.tunnel.session.TunnelDirectory.Resolution;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class AdmissionTest {
    private final AtomicInteger asked = new AtomicInteger();
    private final Executor threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Admission admission = admission((name, _) -> {
        asked.incrementAndGet();
        return new Resolution.Found(UUID.randomUUID(), UUID.randomUUID(), UUID.randomUUID(), name, 10, null);
    });

    private Admission admission(TunnelDirectory directory) {
        return new Admission(
                _ -> new Caller(
                        UUID.randomUUID(),
                        UUID.randomUUID(),
                        Tier.FREE,
                        Set.of(),
                        Set.of(Scope.TUNNELS_USE),
                        Optional.empty(),
                        Optional.empty()),
                directory,
                threads,
                System::nanoTime);
    }

    /** An answer is known by its token. */
    @Test
    void keepsNoTokenForLongerThanItIsOfUse() {
        for (int i = 0; i < 20; i++) {
            admission.admit("a-token", "box").join();
        }
        assertThat(asked).hasValue(1);
        assertThat(admission.known()).isEqualTo(1);

        await().atMost(Duration.ofSeconds(10)).until(() -> admission.known() == 0);
    }

    /** Fault 15: the directory has a few connections, which callers would else wait for until all agents were let in. */
    @Test
    void letsCallersPassAgentsThatAllComeBackAtOnce() throws Exception {
        Semaphore agentsInTheDirectory = new Semaphore(0);
        AtomicInteger most = new AtomicInteger();
        AtomicInteger now = new AtomicInteger();
        Admission crowded = admission((name, _) -> {
            if (name.startsWith("agent")) {
                most.accumulateAndGet(now.incrementAndGet(), Math::max);
                agentsInTheDirectory.acquireUninterruptibly();
                now.decrementAndGet();
            }
            return new Resolution.Found(UUID.randomUUID(), UUID.randomUUID(), UUID.randomUUID(), name, 10, null);
        });
        List<CompletableFuture<Admission.Admitted>> agents = IntStream.range(0, 200)
                .mapToObj(i -> crowded.admitAgent("a-token", "agent-" + i))
                .toList();
        await().until(() -> now.get() > 0);

        crowded.admit("a-token", "callers").get(30, TimeUnit.SECONDS);

        assertThat(agents).noneMatch(CompletableFuture::isDone);
        agentsInTheDirectory.release(agents.size());
        CompletableFuture.allOf(agents.toArray(CompletableFuture[]::new)).get(30, TimeUnit.SECONDS);
        assertThat(most).hasValueLessThanOrEqualTo(4);
    }
}
