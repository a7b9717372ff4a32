package dev.culvert.auth.signin;

import dev.culvert.auth.account.Account;
import dev.culvert.auth.assurance.Assurance.Method;
import dev.culvert.auth.token.Origin;
import java.util.Optional;
import java.util.UUID;

/**
 * What has to come between a right password and whatever a sign-in begins. All methods need a transaction of the system
 * scope.
 */
public interface SecondStep {

    /**
     * Asked after every right password.
     *
     * @param name as it was typed, for the records of the second step
     * @return what to ask for; empty when the password is enough
     */
    Optional<SecondFactorRequired> after(Account account, String name);

    /** Whether an account has a second factor, so that somebody who knows only the password is not its owner. */
    boolean enrolled(UUID accountId);

    /** How a code proves that the owner is there; uses the code up. Empty when it proves nothing. */
    Optional<Method> proof(Account account, String code, Origin origin);
}
