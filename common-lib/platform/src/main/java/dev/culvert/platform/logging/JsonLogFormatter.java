package dev.culvert.platform.logging;

import ch.qos.logback.classic.pattern.ThrowableProxyConverter;
import ch.qos.logback.classic.spi.ILoggingEvent;
import dev.culvert.platform.correlation.Correlation;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.springframework.boot.json.JsonWriter;
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

    private final ThrowableProxyConverter stackTraces;
    private final JsonWriter<ILoggingEvent> writer;

    JsonLogFormatter(Environment environment, ThrowableProxyConverter stackTraces) {
        this.stackTraces = stackTraces;
        String service = environment.getProperty("spring.application.name", "culvert");
        this.writer = JsonWriter.<ILoggingEvent>of(members -> {
                    members.add("timestamp", event -> ISO_MILLIS.format(event.getInstant()));
                    members.add("level", event -> event.getLevel().toString());
                    members.add("service", service);
                    members.add("component", ILoggingEvent::getLoggerName);
                    members.add("message", ILoggingEvent::getFormattedMessage);
                    members.add("correlation_id", mdc(Correlation.MDC_KEY)).whenHasLength();
                    members.add("trace_id", mdc(TRACE_ID)).whenHasLength();
                    members.add("span_id", mdc(SPAN_ID)).whenHasLength();
                    members.add("context", JsonLogFormatter::context).whenNotEmpty();
                    members.add("exception", this::exception).whenHasLength();
                })
                .withNewLineAtEnd();
    }

    @Override
    public String format(ILoggingEvent event) {
        return writer.writeToString(event);
    }

    private static JsonWriter.Extractor<ILoggingEvent, String> mdc(String key) {
        return event -> event.getMDCPropertyMap().getOrDefault(key, "");
    }

    private static Map<String, Object> context(ILoggingEvent event) {
        Map<String, Object> context = new TreeMap<>(event.getMDCPropertyMap());
        context.keySet().removeAll(FIELDS_OF_THEIR_OWN);
        if (event.getKeyValuePairs() != null) {
            event.getKeyValuePairs().forEach(pair -> {
                if (pair.value != null) {
                    context.put(pair.key, plain(pair.value));
                }
            });
        }
        return context;
    }

    /** Numbers and truth values stay themselves; anything else is its text, so that no object is taken apart. */
    private static Object plain(Object value) {
        boolean inJson =
                value instanceof Boolean || (value instanceof Number number && Double.isFinite(number.doubleValue()));
        return inJson ? value : String.valueOf(value);
    }

    private String exception(ILoggingEvent event) {
        return event.getThrowableProxy() == null ? "" : stackTraces.convert(event);
    }
}
