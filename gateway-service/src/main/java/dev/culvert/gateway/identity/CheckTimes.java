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

    private final Source memory;
    private final Source verification;

    /** Where the answer came from: all credentials of it, and API keys once more (requirement S3.16 asks for those alone). */
    private record Source(Timer all, Timer keys) {
        static Source of(String by, MeterRegistry meters) {
            return new Source(
                    timer("credential.check", "Good credentials that were checked, and how long it took", by, meters),
                    timer("key.validation", "Good API keys that were checked, and how long it took", by, meters));
        }

        void record(Credential credential, long startNanos) {
            long taken = System.nanoTime() - startNanos;
            all.record(taken, TimeUnit.NANOSECONDS);
            if (credential instanceof Credential.ApiKey) {
                keys.record(taken, TimeUnit.NANOSECONDS);
            }
        }
    }

    CheckTimes(MeterRegistry meters) {
        this.memory = Source.of("memory", meters);
        this.verification = Source.of("verification", meters);
    }

    private static Timer timer(String name, String description, String by, MeterRegistry meters) {
        return Timer.builder(name)
                .description(description)
                .tag("by", by)
                .serviceLevelObjectives(EDGES)
                .register(meters);
    }

    void remembered(Credential credential, long startNanos) {
        memory.record(credential, startNanos);
    }

    void verified(Credential credential, long startNanos) {
        verification.record(credential, startNanos);
    }
}
