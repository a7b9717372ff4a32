package dev.culvert.agent.connect;

import java.util.Optional;

/**
 * How the agent reaches the server.
 *
 * @param only the one transport to use; without it WebSocket, and polling where that does not pass
 * @param proxy through which all connections to the server go, if any
 */
public record Way(Optional<Transport> only, Optional<HttpProxy> proxy) {
    /** Straight, by what passes. */
    public static final Way STRAIGHT = new Way(Optional.empty(), Optional.empty());
}
