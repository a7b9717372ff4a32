package dev.culvert.tunnel.ingress;

import dev.culvert.tunnel.session.AgentSession;
import dev.culvert.tunnelprotocol.MemoryBudget;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** What one request takes from the others while it runs; given back exactly once. */
final class Reservation {
    private final Ingress ingress;
    private final UUID tunnelId;
    private final AtomicReference<@Nullable AgentSession> session = new AtomicReference<>();
    private final AtomicBoolean released = new AtomicBoolean();

    private Reservation(Ingress ingress, UUID tunnelId) {
        this.ingress = ingress;
        this.tunnelId = tunnelId;
    }

    /**
     * Takes a slot of the tunnel and the memory a stalled request would pin.
     *
     * @throws dev.culvert.platform.problem.ProblemException if one of them is used up
     */
    static Reservation take(Ingress ingress, UUID tunnelId, int maxConnections) {
        if (!ingress.slots().tryTake(tunnelId, maxConnections)) {
            throw IngressProblems.tooManyRequests(maxConnections);
        }
        if (!ingress.memory().tryReserve(pinned(ingress))) {
            ingress.slots().giveBack(tunnelId);
            throw IngressProblems.outOfMemory();
        }
        return new Reservation(ingress, tunnelId);
    }

    /** Notes the session the request was counted into; null after it was refused there. */
    void on(@Nullable AgentSession counted) {
        AgentSession before = session.getAndSet(counted);
        if (before != null) {
            before.end();
        }
        if (released.get()) {
            // The caller left between the choice of a session and now.
            AgentSession late = session.getAndSet(null);
            if (late != null) {
                late.end();
            }
        }
    }

    private static long pinned(Ingress ingress) {
        return MemoryBudget.pinnedBy(ingress.streamWindowBytes());
    }

    void release() {
        if (released.compareAndSet(false, true)) {
            AgentSession counted = session.getAndSet(null);
            if (counted != null) {
                counted.end();
            }
            ingress.memory().release(pinned(ingress));
            ingress.slots().giveBack(tunnelId);
        }
    }
}
