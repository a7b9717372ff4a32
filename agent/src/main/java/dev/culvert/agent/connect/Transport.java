package dev.culvert.agent.connect;

import java.util.Locale;
import java.util.Optional;

/** What carries the bytes of a link. */
public enum Transport {
    /** Frames of a WebSocket. */
    WEBSOCKET,

    /** Bodies of plain HTTP requests, where no WebSocket passes. */
    POLLING;

    /** How users write {@link Optional#empty()}: whatever passes. */
    public static final String AUTO = "auto";

    /** How users write it. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * Reads what a user wrote.
     *
     * @return the only one that may be used, or nothing where any may
     * @throws IllegalArgumentException with a sentence for the user
     */
    public static Optional<Transport> parse(String word) {
        if (word.equals(AUTO)) {
            return Optional.empty();
        }
        for (Transport transport : values()) {
            if (transport.word().equals(word)) {
                return Optional.of(transport);
            }
        }
        throw new IllegalArgumentException("The transport is auto, websocket or polling, not '" + word + "'");
    }
}
