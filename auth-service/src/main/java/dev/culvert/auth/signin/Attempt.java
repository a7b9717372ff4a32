package dev.culvert.auth.signin;

import dev.culvert.auth.account.Account;
import dev.culvert.auth.account.Credentials;
import dev.culvert.auth.opaquetoken.OpaqueToken;
import dev.culvert.auth.token.Origin;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;

/**
 * One attempt to prove a password.
 *
 * @param name what was typed, without control characters
 * @param credentials of the account of that name, empty when nobody has it
 */
record Attempt(String name, Optional<Credentials> credentials, Origin origin) {

    Optional<Account> account() {
        return credentials.map(Credentials::account);
    }

    /** What failures are counted by: both names of an account count together; a typed name may be a password, so hashed. */
    String subject() {
        return account()
                .map(Lockout::subject)
                .orElseGet(() -> "name:"
                        + HexFormat.of()
                                .formatHex(OpaqueToken.of(name.toLowerCase(Locale.ROOT))
                                        .hash()));
    }
}
