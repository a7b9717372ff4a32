package dev.culvert.data.inbox;

import dev.culvert.contracts.event.EventEnvelope;
import dev.culvert.contracts.event.EventType;
import java.util.List;
import java.util.Set;

/**
 * Like {@link EventHandler}, for events that come in great numbers and are cheap to store together: one transaction takes all
 * that one poll of Kafka brought, of whatever tenant.
 *
 * <p>The inbox keeps no memory of them, as that would cost as much as the events: what is stored must be stored under the
 * event's id, and skipped when it is there. When a batch fails, its events are handled one by one, so that only the culprit ends
 * on the topic {@code <topic>.<consumer>.dlt}.
 */
public interface EventBatchHandler {

    /** Name of the handler, fixed for ever: it keeps the place in the topics. */
    String consumer();

    /** Topics to read. */
    Set<String> topics();

    /** Whether an event is of interest; others are skipped. */
    boolean wants(EventType type);

    /** Stores events, in one transaction and for all tenants; each may have come before. */
    void handle(List<? extends EventEnvelope<?>> events);
}
