package dev.culvert.auth.signin;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * A password was right but is not enough. Who lets people sign in asks for the second factor next; whoever does not know of that lets
 * nobody in.
 */
public final class SecondFactorRequired extends RuntimeException {
    private final Challenge challenge;

    /**
     * Ends the sign-in for now.
     *
     * @param challenge goes to whoever knew the password
     */
    public SecondFactorRequired(Challenge challenge) {
        super("The password was right, a code is needed too", null, false, false);
        this.challenge = challenge;
    }

    /**
     * Stands for the right password until the code comes.
     *
     * @param value to be sent back with the code; whoever has it knew the password
     * @param enrolment whether there is no second factor yet, so that an authenticator app has to be set up first
     * @param methods ways to go on: {@code totp}, {@code passkey}, {@code recovery_code}
     * @param passkey what a browser needs to ask for a passkey, where the account has one
     */
    public record Challenge(
            String value,
            boolean enrolment,
            Duration lifetime,
            List<String> methods,
            Optional<AssertionOptions> passkey) {
        public Challenge {
            methods = List.copyOf(methods);
        }

        /** Leaves the value out, so that it cannot get into a log. */
        @Override
        public String toString() {
            return "Challenge[enrolment=" + enrolment + "]";
        }
    }

    public Challenge challenge() {
        return challenge;
    }
}
