package dev.culvert.tunnelprotocol;

import java.util.Locale;
import java.util.Optional;

/** Why the agent has no answer of the local service; sent in {@link TunnelProtocol#FAILURE_HEADER} with status 502. */
public enum OriginFailure {
    /** Nothing listens at the target, or its name does not resolve. */
    UNREACHABLE,
    /** The connection was closed before the head of an answer. */
    CLOSED_EARLY,
    /** The answer is not HTTP. */
    NOT_HTTP,
    /** The local service did not agree to the WebSocket upgrade as RFC 6455 demands. */
    UPGRADE_REFUSED,
    /** The request cannot be expressed in HTTP/1.1, e.g. a line break in its path. */
    REQUEST_REFUSED;

    /** Word on the wire. */
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Reads the word of a peer. */
    public static Optional<OriginFailure> fromWireName(CharSequence word) {
        for (OriginFailure failure : values()) {
            if (failure.wireName().contentEquals(word)) {
                return Optional.of(failure);
            }
        }
        return Optional.empty();
    }
}
