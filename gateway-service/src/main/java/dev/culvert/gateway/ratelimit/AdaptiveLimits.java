package dev.culvert.gateway.ratelimit;

import dev.culvert.gateway.ratelimit.RateLimitProperties.AdaptiveProperties;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.stereotype.Component;

/**
 * How much of the limits of a minute counts while this gateway is busy (requirements R6.9, P2.6.2). Longer limits stay: they
 * are about what was used up before. So do those of administrators, who may have to help.
 */
@Component
final class AdaptiveLimits {
    private static final Logger log = LoggerFactory.getLogger(AdaptiveLimits.class);

    private final AdaptiveProperties properties;
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    private final Deque<Sample> history = new ArrayDeque<>(); // guarded by itself
    private volatile State state = new State(1, Instant.EPOCH);

    /** What counts, and since when. */
    record State(double multiplier, Instant since) {}

    /** A load and what counted after it. */
    record Sample(Load load, double multiplier) {}

    AdaptiveLimits(RateLimitProperties properties) {
        this.properties = properties.adaptive();
    }

    /** Takes a new measurement into account; changes at most once in the time set. */
    void sample(Load load) {
        double wanted = multiplierFor(load.percent());
        State before = state;
        boolean settled = !load.at().isBefore(before.since().plus(properties.changeEvery()));
        boolean changes = properties.enabled() && wanted != before.multiplier() && settled;
        if (changes) {
            state = new State(wanted, load.at());
        }
        synchronized (history) {
            history.addLast(new Sample(load, state.multiplier()));
            Instant oldest = load.at().minus(properties.history());
            while (history.getFirst().load().at().isBefore(oldest)) {
                history.removeFirst();
            }
        }
        if (changes) {
            listeners.forEach(Runnable::run);
            log.atInfo()
                    .addKeyValue("multiplier", wanted)
                    .addKeyValue("load_percent", Math.round(load.percent()))
                    .log("Limits of a minute follow the load");
        }
    }

    private double multiplierFor(double percent) {
        return properties.levels().stream()
                .filter(level -> percent > level.above())
                .mapToDouble(RateLimitProperties.LoadLevel::multiplier)
                .min()
                .orElse(1);
    }

    State state() {
        return state;
    }

    /** What counts of a limit now; at least one call. */
    int of(int limit) {
        return Math.max(1, (int) (limit * state.multiplier()));
    }

    boolean enabled() {
        return properties.enabled();
    }

    Duration sampleEvery() {
        return properties.sampleEvery();
    }

    /** Oldest first. */
    List<Sample> history() {
        synchronized (history) {
            return List.copyOf(history);
        }
    }

    /** Runs {@code listener} after each change. */
    void onChange(Runnable listener) {
        listeners.add(listener);
    }

    void tell(HttpHeaders headers) {
        double multiplier = state.multiplier();
        if (multiplier < 1) {
            headers.set("X-RateLimit-Adaptive", "true");
            headers.set("X-RateLimit-Adaptive-Multiplier", Double.toString(multiplier));
        }
    }
}
