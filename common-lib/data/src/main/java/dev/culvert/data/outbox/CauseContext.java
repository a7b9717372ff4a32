package dev.culvert.data.outbox;

import java.util.Optional;

/** What caused the present work, as far as it can be told from the thread. */
interface CauseContext {
    /** Id of the request that caused it. */
    Optional<String> correlationId();

    /** W3C trace context of the present span. */
    Optional<String> traceparent();
}
