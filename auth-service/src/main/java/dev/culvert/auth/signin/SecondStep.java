package dev.culvert.auth.signin;

import dev.culvert.auth.account.Account;
import java.util.Optional;

/** What has to come between a right password and whatever a sign-in begins. */
public interface SecondStep {

    /**
     * Asked after every right password, in a transaction of the system scope.
     *
     * @param name as it was typed, for the records of the second step
     * @return what to ask for; empty when the password is enough
     */
    Optional<SecondFactorRequired> after(Account account, String name);
}
