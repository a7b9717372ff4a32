package dev.culvert.tunnelprotocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class MemoryBudgetTest {
    @Test
    void refusesWhatDoesNotFitAndTakesItAfterARelease() {
        MemoryBudget budget = new MemoryBudget(100);

        assertThat(budget.tryReserve(60)).isTrue();
        assertThat(budget.tryReserve(41)).isFalse();
        budget.release(60);

        assertThat(budget.tryReserve(100)).isTrue();
        assertThat(budget.reservedBytes()).isEqualTo(100);
    }

    @Test
    void neverGrantsMoreThanThereIsToManyAtOnce() {
        MemoryBudget budget = new MemoryBudget(1000);
        AtomicInteger granted = new AtomicInteger();

        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 5000; i++) {
                threads.execute(() -> {
                    if (budget.tryReserve(10)) {
                        granted.incrementAndGet();
                    }
                });
            }
        }

        assertThat(granted).hasValue(100);
        assertThat(budget.reservedBytes()).isEqualTo(1000);
    }

    @Test
    void needsALimit() {
        assertThatIllegalArgumentException().isThrownBy(() -> new MemoryBudget(0));
    }
}
