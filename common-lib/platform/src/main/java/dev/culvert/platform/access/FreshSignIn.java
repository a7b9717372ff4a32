package dev.culvert.platform.access;

import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.platform.caller.Caller;
import dev.culvert.platform.problem.ProblemException;
import java.time.Clock;
import java.time.Duration;

/**
 * Whether a caller proved lately who they are, for what must not happen at an abandoned screen or with a stolen token
 * (requirement AC15.1). Endpoints declare it with {@link Access#fresh()}; code asks here where it depends on more.
 */
public final class FreshSignIn {
    private final Duration freshFor;
    private final Clock clock;

    FreshSignIn(Duration freshFor, Clock clock) {
        this.freshFor = freshFor;
        this.clock = clock;
    }

    /** RFC 9470 §3. */
    private String challenge() {
        return "Bearer error=\"insufficient_user_authentication\", max_age=\"%d\"".formatted(freshFor.toSeconds());
    }

    /**
     * Refuses a caller whose proof is too old, or who came with an API key and so gave none.
     *
     * @throws ProblemException REAUTHENTICATION_REQUIRED
     */
    public void require(Caller caller) {
        boolean fresh = caller.authenticatedAt()
                .filter(at -> !at.plus(freshFor).isBefore(clock.instant()))
                .isPresent();
        if (!fresh) {
            throw new ProblemException(
                            ProblemCode.REAUTHENTICATION_REQUIRED,
                            "This needs a sign-in of the last %d minutes.".formatted(freshFor.toMinutes()))
                    .withHeader("WWW-Authenticate", challenge());
        }
    }
}
