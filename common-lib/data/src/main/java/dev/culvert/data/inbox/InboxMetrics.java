package dev.culvert.data.inbox;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.Locale;
import java.util.function.Supplier;

/**
 * {@code messages_consumed_total} and {@code message_processing_duration_seconds} by topic, consumer and outcome. Lag comes
 * from the Kafka client's own {@code kafka_consumer_fetch_manager_records_lag}.
 */
final class InboxMetrics {
    private final MeterRegistry registry;

    InboxMetrics(MeterRegistry registry) {
        this.registry = registry;
    }

    void measure(String consumer, String topic, Supplier<InboxListener.Outcome> work) {
        measure(consumer, topic, 1, work);
    }

    /** Measures the handling of some events at once. */
    void measure(String consumer, String topic, int events, Supplier<InboxListener.Outcome> work) {
        Timer.Sample sample = Timer.start(registry);
        String outcome = "failed";
        try {
            outcome = work.get().name().toLowerCase(Locale.ROOT);
        } finally {
            sample.stop(Timer.builder("message.processing.duration")
                    .tags("topic", topic, "consumer", consumer, "outcome", outcome)
                    .register(registry));
            count(consumer, topic, outcome, events);
        }
    }

    void deadLettered(String consumer, String topic) {
        count(consumer, topic, "dead_lettered", 1);
    }

    private void count(String consumer, String topic, String outcome, int events) {
        Counter.builder("messages.consumed")
                .description("Events by what became of them; a retried one counts as failed each time")
                .tags("topic", topic, "consumer", consumer, "outcome", outcome)
                .register(registry)
                .increment(events);
    }
}
