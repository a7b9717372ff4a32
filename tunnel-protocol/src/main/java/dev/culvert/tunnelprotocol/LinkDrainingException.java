package dev.culvert.tunnelprotocol;

/** The link takes no new streams; nothing was sent. */
public final class LinkDrainingException extends Exception {
    LinkDrainingException() {
        super("The link takes no new streams", null, false, false);
    }
}
