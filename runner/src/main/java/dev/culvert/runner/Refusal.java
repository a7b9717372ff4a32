package dev.culvert.runner;

/** Something the user can act on: the message is one sentence that says what to do, printed without a stack trace. */
public final class Refusal extends RuntimeException {

    public Refusal(String sentence) {
        super(sentence);
    }

    public Refusal(String sentence, Throwable cause) {
        super(sentence, cause);
    }
}
