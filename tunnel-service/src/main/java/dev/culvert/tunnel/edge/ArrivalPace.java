package dev.culvert.tunnel.edge;

import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;

/**
 * How often agents of one credential may connect to one tunnel: all that a tunnel can have may come at once, and then twice in
 * a second. One that is cut and dials again without a rest is told to wait, before anything is made for it.
 */
final class ArrivalPace {
    static final int AT_ONCE = 128;
    static final Duration WAIT = Duration.ofSeconds(15);

    private static final long NANOS_EACH = Duration.ofMillis(500).toNanos();
    private static final int ARRIVALS_BETWEEN_SWEEPS = 1_000;

    private final LongSupplier nanoTime;

    /** When all that came would be through if they came evenly. */
    private final ConcurrentHashMap<Agents, Long> evenUntil = new ConcurrentHashMap<>();

    private final AtomicInteger arrivals = new AtomicInteger();

    private record Agents(UUID tunnelId, UUID credential) {}

    /**
     * @param nanoTime source of monotonic time
     */
    ArrivalPace(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /**
     * Counts an agent that connects.
     *
     * @param credential API key, or the user of another one
     * @return how long it has to wait, if it comes too often
     */
    Optional<Duration> arrive(UUID tunnelId, UUID credential) {
        long now = nanoTime.getAsLong();
        if (arrivals.incrementAndGet() % ARRIVALS_BETWEEN_SWEEPS == 0) {
            evenUntil.values().removeIf(until -> until - now < 0);
        }
        boolean[] tooOften = new boolean[1];
        evenUntil.compute(new Agents(tunnelId, credential), (_, known) -> {
            long before = known == null || known - now < 0 ? now : known;
            tooOften[0] = before - now > (AT_ONCE - 1) * NANOS_EACH;
            return tooOften[0] ? before : before + NANOS_EACH;
        });
        return tooOften[0] ? Optional.of(WAIT) : Optional.empty();
    }
}
