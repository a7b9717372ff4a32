package dev.culvert.tunnel.peer;

import java.util.Locale;

/** What became of the attempt to pass a request to another replica. */
public enum PeerOutcome {
    /** It is with an agent there. */
    ACCEPTED,
    /** The other replica holds no agent of the tunnel any more; nothing was sent to one. */
    NOT_HERE,
    /** The other replica's agents or memory are used up; nothing was sent to an agent. */
    BUSY,
    /** The other replica does not accept the caller's token; nothing was sent to an agent. */
    NOT_ADMITTED,
    /** No connection to the other replica; nothing was sent. */
    UNREACHABLE,
    /** The connection ended before the other replica had accepted; an agent may have seen the head. */
    LOST;

    /** Label of the metric. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
