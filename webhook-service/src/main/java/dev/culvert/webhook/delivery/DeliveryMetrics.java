package dev.culvert.webhook.delivery;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import org.springframework.stereotype.Component;

/** Counts messages, tries and what became of deliveries. */
@Component
class DeliveryMetrics {
    private final MeterRegistry registry;
    private final Counter messages;

    DeliveryMetrics(MeterRegistry registry) {
        this.registry = registry;
        this.messages = Counter.builder("culvert.webhook.messages")
                .description("Events that at least one webhook wanted")
                .register(registry);
    }

    void messageAccepted() {
        messages.increment();
    }

    void attempted(Attempt attempt, NextStep next) {
        Timer.builder("culvert.webhook.attempt.duration")
                .description("Time of one try, from connecting to the end of the answer")
                .tag("outcome", attempt.result().accepted() ? "accepted" : "refused")
                .register(registry)
                .record(attempt.duration());
        switch (next) {
            case NextStep.Done _ -> ended("delivered");
            case NextStep.GiveUp _ -> ended("failed");
            case NextStep.TryAgain _ -> retried();
        }
    }

    private void ended(String outcome) {
        Counter.builder("culvert.webhook.deliveries")
                .description("Deliveries that ended, by outcome")
                .tag("outcome", outcome)
                .register(registry)
                .increment();
    }

    private void retried() {
        Counter.builder("culvert.webhook.retries")
                .description("Tries that failed and are made again")
                .register(registry)
                .increment();
    }
}
