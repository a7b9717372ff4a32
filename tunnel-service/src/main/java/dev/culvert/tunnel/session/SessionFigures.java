package dev.culvert.tunnel.session;

import java.util.UUID;

/**
 * How an agent connection of this replica does at the moment.
 *
 * @param requests under way
 * @param maxRequests most the agent takes at once
 */
public record SessionFigures(UUID sessionId, Health health, int requests, long maxRequests) {
    /** Whether a connection takes requests. */
    public enum Health {
        /** It does. */
        USABLE,
        /** Its agent owes an answer; others are preferred. */
        SUSPECT,
        /** It takes no new ones and ends when the last has. */
        DRAINING
    }
}
