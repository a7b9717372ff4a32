package dev.culvert.data.inbox;

import dev.culvert.contracts.event.EventEnvelope;
import dev.culvert.contracts.event.EventType;
import java.util.Set;

/**
 * A bean that reacts to events. Each bean reads its topics as a consumer group of its own, in order per subject.
 *
 * <p>{@link #handle} runs in a transaction that also remembers the event, so its database effects happen exactly once; other
 * effects may repeat. An exception rolls back and the event is tried again; one that never succeeds ends on the topic
 * {@code <topic>.<consumer>.dlt}. While PostgreSQL is away events wait.
 */
public interface EventHandler {

    /** Name of the handler, fixed for ever: it keeps the place in the topics and the memory of handled events. */
    String consumer();

    /** Topics to read. */
    Set<String> topics();

    /** Reacts to one event. */
    void handle(EventEnvelope<?> event);

    /** Whether an event is of interest; others are skipped without a transaction. */
    default boolean wants(EventType type) {
        return true;
    }

    /** True to work for all tenants instead of the event's. */
    default boolean system() {
        return false;
    }
}
