package dev.culvert.platform.logging;

import ch.qos.logback.classic.pattern.ThrowableProxyConverter;
import ch.qos.logback.classic.spi.ILoggingEvent;
import dev.culvert.platform.correlation.Correlation;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.slf4j.event.KeyValuePair;
import org.springframework.boot.logging.structured.StructuredLogFormatter;
import org.springframework.core.env.Environment;

/**
 * Log lines as JSON (requirements X-14, R8.3). Fields of their own for the ids of a request; everything else of the log
 * context and of the event's key-value pairs goes under {@code context}. Spring Boot makes it by its class name.
 */
public final class JsonLogFormatter implements StructuredLogFormatter<ILoggingEvent> {
    private static final DateTimeFormatter ISO_MILLIS =
            new DateTimeFormatterBuilder().appendInstant(3).toFormatter();
    private static final String TRACE_ID = "traceId";
    private static final String SPAN_ID = "spanId";
    private static final Set<String> FIELDS_OF_THEIR_OWN = Set.of(Correlation.MDC_KEY, TRACE_ID, SPAN_ID);
    private static final int USUAL_LENGTH = 1024;

    private final ThrowableProxyConverter stackTraces;
    private final String service;

    JsonLogFormatter(Environment environment, ThrowableProxyConverter stackTraces) {
        this.stackTraces = stackTraces;
        this.service = environment.getProperty("spring.application.name", "culvert");
    }

    @Override
    public String format(ILoggingEvent event) {
        Map<String, String> mdc = event.getMDCPropertyMap();
        JsonLine line = new JsonLine(USUAL_LENGTH);
        line.text("timestamp", ISO_MILLIS.format(event.getInstant()));
        line.text("level", event.getLevel().toString());
        line.text("service", service);
        line.text("component", event.getLoggerName());
        line.text("message", event.getFormattedMessage());
        line.textUnlessEmpty("correlation_id", mdc.get(Correlation.MDC_KEY));
        line.textUnlessEmpty("trace_id", mdc.get(TRACE_ID));
        line.textUnlessEmpty("span_id", mdc.get(SPAN_ID));
        Map<String, Object> context = context(event, mdc);
        if (!context.isEmpty()) {
            line.begin("context");
            context.forEach(line::value);
            line.end();
        }
        if (event.getThrowableProxy() != null) {
            line.textUnlessEmpty("exception", stackTraces.convert(event));
        }
        return line.finish();
    }

    private static Map<String, Object> context(ILoggingEvent event, Map<String, String> mdc) {
        Map<String, Object> context = new TreeMap<>();
        mdc.forEach((key, value) -> {
            if (!FIELDS_OF_THEIR_OWN.contains(key)) {
                context.put(key, value);
            }
        });
        if (event.getKeyValuePairs() != null) {
            for (KeyValuePair pair : event.getKeyValuePairs()) {
                if (pair.value != null) {
                    context.put(pair.key, pair.value);
                }
            }
        }
        return context;
    }
}
