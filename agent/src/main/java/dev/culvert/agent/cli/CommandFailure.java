package dev.culvert.agent.cli;

/** A command that cannot go on, with a sentence for its user. */
final class CommandFailure extends Exception {
    private final int exitCode;

    CommandFailure(int exitCode, String sentence) {
        super(sentence);
        this.exitCode = exitCode;
    }

    int exitCode() {
        return exitCode;
    }

    String sentence() {
        return String.valueOf(getMessage());
    }
}
