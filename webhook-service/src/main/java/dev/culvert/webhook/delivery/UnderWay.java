package dev.culvert.webhook.delivery;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;

/** Counts the tries that this process is making, in all and by endpoint, against their bounds. */
final class UnderWay {
    private final int limit;
    private final int limitPerEndpoint;
    private final Map<UUID, Integer> byEndpoint = new HashMap<>();
    private int total;

    UnderWay(int limit, int limitPerEndpoint) {
        this.limit = limit;
        this.limitPerEndpoint = limitPerEndpoint;
    }

    synchronized void begin(UUID endpointId) {
        byEndpoint.merge(endpointId, 1, Integer::sum);
        total++;
    }

    /** Ends a try; true when it held the last place, so that others may have been waiting for one. */
    synchronized boolean end(UUID endpointId) {
        boolean wasFull = total >= limit || byEndpoint.getOrDefault(endpointId, 0) >= limitPerEndpoint;
        byEndpoint.computeIfPresent(endpointId, (_, tries) -> tries == 1 ? null : tries - 1);
        total--;
        notifyAll();
        return wasFull;
    }

    synchronized Map<UUID, Integer> byEndpoint() {
        return Map.copyOf(byEndpoint);
    }

    synchronized int room() {
        return Math.max(0, limit - total);
    }

    /** Waits until no try is under way; false when {@code longest} was not enough. */
    synchronized boolean awaitNone(Duration longest) throws InterruptedException {
        long end = System.nanoTime() + longest.toNanos();
        while (total > 0) {
            long left = Duration.ofNanos(end - System.nanoTime()).toMillis();
            if (left <= 0) {
                return false;
            }
            wait(left);
        }
        return true;
    }
}
