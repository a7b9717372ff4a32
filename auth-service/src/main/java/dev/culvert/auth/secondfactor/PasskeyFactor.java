package dev.culvert.auth.secondfactor;

import dev.culvert.auth.account.Account;
import dev.culvert.auth.signin.AssertionOptions;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/** Passkeys as a second factor, as far as the first step of a sign-in has to know of them. Needs a transaction. */
public interface PasskeyFactor {

    /** Since when an account has passkeys. */
    Optional<Instant> since(UUID accountId);

    /** Asks for a passkey of the account after its password; empty when it has none. */
    Optional<AssertionOptions> ask(Account account);
}
