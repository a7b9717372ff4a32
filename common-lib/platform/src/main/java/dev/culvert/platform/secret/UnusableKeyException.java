package dev.culvert.platform.secret;

/** {@code SECRET_KEY} is missing or no key; says nothing of what it is. */
final class UnusableKeyException extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    UnusableKeyException(String message) {
        super(message);
    }
}
