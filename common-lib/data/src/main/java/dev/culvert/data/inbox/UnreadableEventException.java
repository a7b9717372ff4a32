package dev.culvert.data.inbox;

/** A record that no retry makes readable. */
public final class UnreadableEventException extends RuntimeException {
    UnreadableEventException(String message, Throwable cause) {
        super(message, cause);
    }
}
