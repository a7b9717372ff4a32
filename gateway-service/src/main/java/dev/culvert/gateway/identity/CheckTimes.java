package dev.culvert.gateway.identity;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.springframework.stereotype.Component;

/** How long it takes to know a caller: from memory, or by a signature or a call to auth-service. */
@Component
final class CheckTimes {
    private static final Duration[] EDGES = {
        Duration.ofNanos(100_000),
        Duration.ofNanos(300_000),
        Duration.ofMillis(1),
        Duration.ofMillis(3),
        Duration.ofMillis(10),
        Duration.ofMillis(30),
        Duration.ofMillis(100)
    };

    private final Timer remembered;
    private final Timer verified;

    CheckTimes(MeterRegistry meters) {
        this.remembered = timer(meters, "memory");
        this.verified = timer(meters, "verification");
    }

    private static Timer timer(MeterRegistry meters, String by) {
        return Timer.builder("credential.check")
                .description("Good credentials that were checked, and how long it took")
                .tag("by", by)
                .serviceLevelObjectives(EDGES)
                .register(meters);
    }

    void remembered(long startNanos) {
        remembered.record(System.nanoTime() - startNanos, TimeUnit.NANOSECONDS);
    }

    void verified(long startNanos) {
        verified.record(System.nanoTime() - startNanos, TimeUnit.NANOSECONDS);
    }
}
