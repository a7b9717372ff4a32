package dev.culvert.data.outbox;

import io.micrometer.tracing.Tracer;
import java.util.Optional;
import org.slf4j.MDC;
import org.springframework.beans.factory.ObjectProvider;

/** Reads the cause from the log context and the current span. */
final class ThreadCause implements CauseContext {
    private static final String CORRELATION_ID = "correlation_id";

    private final ObjectProvider<Tracer> tracer;

    ThreadCause(ObjectProvider<Tracer> tracer) {
        this.tracer = tracer;
    }

    @Override
    public Optional<String> correlationId() {
        return Optional.ofNullable(MDC.get(CORRELATION_ID));
    }

    @Override
    public Optional<String> traceparent() {
        return Optional.ofNullable(tracer.getIfAvailable())
                .flatMap(available -> Optional.ofNullable(available.currentSpan()))
                .map(span ->
                        "00-" + span.context().traceId() + "-" + span.context().spanId()
                                + (Boolean.TRUE.equals(span.context().sampled()) ? "-01" : "-00"));
    }
}
