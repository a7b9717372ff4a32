package dev.culvert.data.outbox;

import dev.culvert.platform.correlation.Correlation;
import io.micrometer.tracing.Tracer;
import java.util.Optional;
import org.springframework.beans.factory.ObjectProvider;

/** Reads the cause from the log context and the current span. */
final class ThreadCause implements CauseContext {
    private final ObjectProvider<Tracer> tracer;

    ThreadCause(ObjectProvider<Tracer> tracer) {
        this.tracer = tracer;
    }

    @Override
    public Optional<String> correlationId() {
        return Correlation.current();
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
