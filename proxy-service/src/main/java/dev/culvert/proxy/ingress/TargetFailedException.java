package dev.culvert.proxy.ingress;

/** A target did not take the request, and no byte of an answer has gone to the caller: another target may be tried. */
final class TargetFailedException extends RuntimeException {
    TargetFailedException(String what) {
        super(what, null, false, false);
    }

    TargetFailedException(String what, Throwable cause) {
        super(what, cause, false, false);
    }

    /** What happened, for the caller, e.g. {@code answered 503}. */
    String what() {
        return String.valueOf(getMessage());
    }
}
