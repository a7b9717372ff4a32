package dev.culvert.platform.outbound;

/** The address is not one that may be called for a user. The message may be shown to that user. */
public final class RefusedAddressException extends RuntimeException {
    RefusedAddressException(String message) {
        super(message);
    }
}
