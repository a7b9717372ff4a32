package dev.culvert.tunnel.session;

import java.util.Locale;

/** Why this side ends an agent connection; travels to the agent as debug data of GOAWAY (RFC 9113 §6.8). */
public enum CloseReason {
    /** This node is going down; connect elsewhere, running requests finish here. */
    DRAINING,
    /** The tunnel was stopped; the agent ends with a message. */
    TUNNEL_STOPPED,
    /** The tunnel was deleted; the agent ends with a message. */
    TUNNEL_DELETED,
    /** The API key or the account lost its rights; the agent ends with a message. */
    REVOKED,
    /** The same connection of the same agent process arrived again. */
    REPLACED;

    /** Word on the wire and in {@link SessionEvent.Disconnected#reason()}. */
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
