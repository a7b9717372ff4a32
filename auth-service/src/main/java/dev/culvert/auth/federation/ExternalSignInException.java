package dev.culvert.auth.federation;

import dev.culvert.auth.browser.Continuation;
import java.util.Optional;

/** A sign-in at a provider that led to nothing. */
final class ExternalSignInException extends Exception {
    private final String reason;
    private final transient Optional<Continuation> next;

    /**
     * @param reason for records, one word or several joined by underscores
     * @param next where the browser wanted to go, if it is known to be the one that left
     */
    ExternalSignInException(String reason, Optional<Continuation> next) {
        super(reason, null, false, false);
        this.reason = reason;
        this.next = next;
    }

    String reason() {
        return reason;
    }

    Optional<Continuation> next() {
        return next;
    }
}
