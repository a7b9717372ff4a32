package dev.culvert.tunnel.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.culvert.contracts.identity.Scope;
import dev.culvert.contracts.identity.Tier;
import dev.culvert.platform.caller.Caller;
import dev.culvert.tunnel.session.TunnelDirectory.Resolution;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class AdmissionTest {
    private final AtomicInteger asked = new AtomicInteger();
    private final Executor threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Admission admission = new Admission(
            _ -> new Caller(
                    UUID.randomUUID(),
                    UUID.randomUUID(),
                    Tier.FREE,
                    Set.of(),
                    Set.of(Scope.TUNNELS_USE),
                    Optional.empty(),
                    Optional.empty()),
            (name, _) -> {
                asked.incrementAndGet();
                return new Resolution.Found(UUID.randomUUID(), UUID.randomUUID(), UUID.randomUUID(), name, 10, null);
            },
            threads,
            System::nanoTime);

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
}
