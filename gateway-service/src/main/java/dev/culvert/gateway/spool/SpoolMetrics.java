package dev.culvert.gateway.spool;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * {@code spool_events_written_total}, {@code spool_events_sent_total}, {@code spool_events_lost_total} by reason, and {@code
 * spool_bytes} on disk.
 */
final class SpoolMetrics {
    private final Counter written;
    private final Counter sent;
    private final Map<Loss, Counter> lost = new EnumMap<>(Loss.class);

    /** Why an event is lost. */
    enum Loss {
        /** More came at once than the writer could take. */
        QUEUE_FULL,

        /** Kafka has been away for longer than there is room. */
        SPOOL_FULL,

        /** The disk refused to be written. */
        DISK,

        /** It could not be turned into bytes, which is a fault of ours. */
        UNWRITABLE
    }

    SpoolMetrics(MeterRegistry registry, SpoolDirectory directory) {
        written = Counter.builder("spool.events.written")
                .description("Events that are in the gateway's files")
                .register(registry);
        sent = Counter.builder("spool.events.sent")
                .description("Events of the gateway's files that Kafka acknowledged")
                .register(registry);
        for (Loss reason : Loss.values()) {
            lost.put(
                    reason,
                    Counter.builder("spool.events.lost")
                            .description("Events that will never be at Kafka")
                            .tag("reason", reason.name().toLowerCase(Locale.ROOT))
                            .register(registry));
        }
        ToDoubleFunction<SpoolDirectory> bytes = SpoolDirectory::bytes;
        Gauge.builder("spool.bytes", directory, bytes)
                .description("Bytes of events that wait on disk")
                .register(registry);
    }

    void written(int events) {
        written.increment(events);
    }

    void sent(int events) {
        sent.increment(events);
    }

    void lost(Loss reason, int events) {
        Counter counter = lost.get(reason);
        if (counter != null) {
            counter.increment(events);
        }
    }
}
