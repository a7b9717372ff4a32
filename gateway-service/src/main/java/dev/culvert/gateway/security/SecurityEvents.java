package dev.culvert.gateway.security;

import dev.culvert.gateway.call.Call;
import dev.culvert.platform.correlation.Correlation;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/** What operators should hear of: one line in the log {@code dev.culvert.gateway.security}, and one count by type. */
@Component
final class SecurityEvents {
    private static final Logger log = LoggerFactory.getLogger("dev.culvert.gateway.security");

    /** Kinds of events, the label {@code type} of {@code security_events_total}. */
    enum Type {
        SQL_INJECTION,
        SIGNATURE_MISSING,
        SIGNATURE_WRONG,
        SIGNATURE_OLD,
        SIGNATURE_REPLAYED;

        String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private final Map<Type, Counter> counters = new EnumMap<>(Type.class);

    SecurityEvents(MeterRegistry registry) {
        Arrays.stream(Type.values())
                .forEach(type -> counters.put(
                        type,
                        Counter.builder("security.events")
                                .description("Requests that look like attacks")
                                .tag("type", type.label())
                                .register(registry)));
    }

    /** Records one; nothing of what the client sent but the path is repeated. */
    void record(Type type, Call call, String path) {
        Counter counter = counters.get(type);
        if (counter != null) {
            counter.increment();
        }
        try (Correlation.Open _ = Correlation.open(call.correlationId())) {
            log.atWarn()
                    .addKeyValue("action", type.label())
                    .addKeyValue("path", path)
                    .addKeyValue("client", call.client().address())
                    .addKeyValue(
                            "user_id",
                            call.identity()
                                    .map(identity -> identity.caller().userId())
                                    .orElse(null))
                    .log("Security event");
        }
    }
}
