package dev.culvert.tunnel.endpoint;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;

/** Why a tunnel's requests went to another endpoint. */
enum SwitchReason {
    AGENT_OFFLINE,
    NOT_ANSWERING,
    UNHEALTHY,
    REMOVED,
    PICKED,
    RECOVERED,
    HIGHER_PRIORITY;

    /** Name in JSON, events and labels. */
    String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Counts the switches this replica made, under the name of requirement P2.14.10; each series is there from the start. */
    static final class Meters {
        private final Map<SwitchReason, Counter> counters = new EnumMap<>(SwitchReason.class);

        Meters(MeterRegistry registry) {
            for (SwitchReason reason : values()) {
                counters.put(
                        reason,
                        Counter.builder("tunnel.failovers")
                                .description("Switches of a tunnel's requests to another endpoint")
                                .tag("reason", reason.wireName())
                                .register(registry));
            }
        }

        void count(SwitchReason reason) {
            Counter counter = counters.get(reason);
            if (counter != null) {
                counter.increment();
            }
        }
    }
}
