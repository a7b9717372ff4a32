package dev.culvert.proxy.tunnel;

import java.time.Instant;

/**
 * How a tunnel is, as it was told last.
 *
 * @param status created, connecting, connected, disconnected, error or deleted
 */
public record TunnelState(String status, Instant since) {
    static final String CONNECTED = "connected";
    static final String DELETED = "deleted";

    /** Whether it takes requests. */
    public boolean connected() {
        return status.equals(CONNECTED);
    }
}
