package dev.culvert.tunnel.ingress;

import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Counts the requests each tunnel carries at the moment on this replica (requirement R4.3). */
final class RequestSlots {
    private final ConcurrentHashMap<UUID, Integer> taken = new ConcurrentHashMap<>();
    private final AtomicInteger all = new AtomicInteger();

    /** Takes a slot if the tunnel has one left; the caller gives it back. */
    boolean tryTake(UUID tunnelId, int limit) {
        boolean[] granted = new boolean[1];
        taken.compute(tunnelId, (UUID _, @Nullable Integer before) -> {
            int current = before == null ? 0 : before;
            granted[0] = current < limit;
            return granted[0] ? Integer.valueOf(current + 1) : before;
        });
        if (granted[0]) {
            all.incrementAndGet();
        }
        return granted[0];
    }

    void giveBack(UUID tunnelId) {
        all.decrementAndGet();
        taken.computeIfPresent(tunnelId, (_, current) -> current <= 1 ? null : current - 1);
    }

    /** Requests over all tunnels. */
    int taken() {
        return all.get();
    }
}
