package dev.culvert.agent.connect;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * Waits between attempts, with decorrelated jitter: each is drawn between the base and three times the one before, so that
 * many agents that lost the same server do not come back in step.
 */
final class Backoff {
    static final Duration BASE = Duration.ofMillis(200);
    static final Duration LONGEST = Duration.ofSeconds(15);

    private final RandomGenerator random;
    private long lastMillis;

    Backoff(RandomGenerator random) {
        this.random = random;
        reset();
    }

    /** The next wait, not shorter than what the server asked for. */
    Duration next(Duration askedByServer) {
        long upper = Math.min(LONGEST.toMillis(), Math.max(BASE.toMillis() + 1, lastMillis * 3));
        lastMillis = random.nextLong(BASE.toMillis(), upper + 1);
        if (lastMillis >= askedByServer.toMillis()) {
            return Duration.ofMillis(lastMillis);
        }
        // Spread what the server asked for as well.
        return askedByServer.plusMillis(random.nextLong(askedByServer.toMillis() / 10 + 1));
    }

    void reset() {
        lastMillis = BASE.toMillis() / 2;
    }
}
