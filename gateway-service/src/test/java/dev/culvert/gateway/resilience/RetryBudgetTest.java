package dev.culvert.gateway.resilience;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RetryBudgetTest {
    @Test
    void givesOutTheReserveAndThenAShareOfTheCalls() {
        RetryBudget budget = new RetryBudget(0.1, 3);
        for (int i = 0; i < 3; i++) {
            assertThat(budget.spend()).isTrue();
        }
        assertThat(budget.spend()).isFalse();

        for (int i = 0; i < 9; i++) {
            budget.earn();
        }
        assertThat(budget.spend()).isFalse();
        budget.earn();

        assertThat(budget.spend()).isTrue();
        assertThat(budget.spend()).isFalse();
    }

    @Test
    void savesNoMoreThanTheReserve() {
        RetryBudget budget = new RetryBudget(1, 2);
        for (int i = 0; i < 100; i++) {
            budget.earn();
        }

        assertThat(budget.spend()).isTrue();
        assertThat(budget.spend()).isTrue();
        assertThat(budget.spend()).isFalse();
    }
}
