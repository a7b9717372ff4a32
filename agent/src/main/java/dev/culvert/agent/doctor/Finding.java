package dev.culvert.agent.doctor;

/**
 * What one check found.
 *
 * @param check word for programs, e.g. {@code tls}
 * @param message what is so
 * @param advice what to do about it; empty when there is nothing to do
 */
public record Finding(String check, State state, String message, String advice) {
    /** How it looks. */
    public enum State {
        OK,
        /** Works, and may be worth a look. */
        WARNING,
        FAILED,
        /** Cannot be known while something before it fails. */
        SKIPPED
    }

    static Finding ok(String check, String message) {
        return new Finding(check, State.OK, message, "");
    }

    static Finding warning(String check, String message, String advice) {
        return new Finding(check, State.WARNING, message, advice);
    }

    static Finding failed(String check, String message, String advice) {
        return new Finding(check, State.FAILED, message, advice);
    }

    static Finding skipped(String check) {
        return new Finding(check, State.SKIPPED, "not looked at, since something before it fails", "");
    }

    boolean works() {
        return state == State.OK || state == State.WARNING;
    }
}
