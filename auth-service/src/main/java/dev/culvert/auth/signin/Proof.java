package dev.culvert.auth.signin;

import java.util.Optional;
import java.util.function.Function;

/**
 * How somebody's proof of who they are came out. A refusal is a value and no exception, so that what it stored is kept.
 *
 * @param <T> what the proof is good for
 */
public sealed interface Proof<T> {

    /** It was right. */
    record Given<T>(T value) implements Proof<T> {}

    /** It was not, or proves nothing any more. */
    record Refused<T>(Refusal refusal) implements Proof<T> {}

    /**
     * Why a proof was refused.
     *
     * @param result for the records, one lower-case word or several joined by underscores
     * @param alias a more exact code for the caller, where there is one
     * @param detail tells the caller what to do
     */
    record Refusal(String result, Optional<String> alias, String detail) {}

    /** A code that was right, or one that was wrong or used before. */
    static <T> Proof<T> ofCode(Optional<T> right) {
        return right.<Proof<T>>map(Given::new)
                .orElseGet(() -> new Refused<>(new Refusal(
                        "wrong_second_factor", Optional.empty(), "The code is not right or was used before.")));
    }

    /** What follows from a right proof; a refusal stays what it is. */
    default <U> Proof<U> then(Function<T, Proof<U>> next) {
        return switch (this) {
            case Given<T> given -> next.apply(given.value());
            case Refused<T> refused -> new Refused<>(refused.refusal());
        };
    }
}
