package dev.culvert.tunnelprotocol;

import java.util.Optional;

/** Hears what happens to a link. Called on the link's event loop. */
public interface LinkListener {
    /** The peer's SETTINGS arrived: streams may be opened. */
    default void onReady(Link link) {}

    /** The peer wants no new streams on this link; empty if it gave no reason known here. */
    default void onGoAway(Link link, Optional<CloseReason> reason) {}

    /** The link is gone; called once, also when it never became ready. */
    default void onClosed(Link link, LinkEnd end) {}

    /** How a link ended. */
    enum LinkEnd {
        /** We ended it. */
        CLOSED_HERE,
        /** The peer, or something between, closed the connection. */
        CLOSED_BY_PEER,
        /** The peer did not answer for {@link LinkSettings#closeAfter()}. */
        SILENT
    }
}
