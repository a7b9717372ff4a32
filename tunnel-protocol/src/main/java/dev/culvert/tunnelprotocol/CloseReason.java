package dev.culvert.tunnelprotocol;

import java.util.Locale;
import java.util.Optional;

/** Why one side ends a link; travels as debug data of GOAWAY (RFC 9113 §6.8), so that no gateway on the way can change it. */
public enum CloseReason {
    /** The sender is going down: use another link for new requests, running ones finish on this one. */
    DRAINING,
    /** The tunnel was stopped; the agent ends with a message. */
    TUNNEL_STOPPED,
    /** The tunnel was deleted; the agent ends with a message. */
    TUNNEL_DELETED,
    /** The API key or the account lost its rights; the agent ends with a message. */
    REVOKED,
    /** The same connection of the same agent process arrived again; the older one is dead weight. */
    REPLACED,
    /** The peer did not keep to the protocol. */
    PROTOCOL_ERROR;

    /** Word on the wire. */
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Reads the word of a peer, which may know reasons that this version does not. */
    public static Optional<CloseReason> fromWireName(String word) {
        for (CloseReason reason : values()) {
            if (reason.wireName().equals(word)) {
                return Optional.of(reason);
            }
        }
        return Optional.empty();
    }
}
