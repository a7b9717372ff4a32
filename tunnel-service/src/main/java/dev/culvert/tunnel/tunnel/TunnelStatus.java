package dev.culvert.tunnel.tunnel;

import java.util.Locale;
import java.util.Set;

/**
 * Status of a tunnel (requirement R4.1b). The edges are all there are; {@link Lifecycle} decides which one is taken.
 *
 * <pre>
 * created ──► connecting ──► connected
 *    │   └──────────────────►   │  ▲
 *    ▼        │     │           ▼  │
 * disconnected ◄────┘◄── ───► error
 * </pre>
 */
enum TunnelStatus {
    /** Never started, and no agent came yet. An agent that comes starts it. */
    CREATED,
    /** Started; waits for an agent. */
    CONNECTING,
    /** At least one agent is connected. */
    CONNECTED,
    /** Stopped, or its last agent went away and may come back by itself. */
    DISCONNECTED,
    /** Its last agent was turned away, e.g. because its key was revoked: somebody must act. */
    ERROR;

    /** Statuses this one may become. */
    Set<TunnelStatus> next() {
        return switch (this) {
            case CREATED, ERROR -> Set.of(CONNECTING, CONNECTED, DISCONNECTED);
            case CONNECTING -> Set.of(CONNECTED, DISCONNECTED);
            case CONNECTED -> Set.of(DISCONNECTED, ERROR);
            case DISCONNECTED -> Set.of(CONNECTING, CONNECTED);
        };
    }

    /** Name in JSON and events. */
    String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
