package dev.culvert.gateway.call;

import dev.culvert.platform.caller.Caller;
import java.time.Instant;
import java.util.Optional;

/**
 * A verified caller together with the access token that proves it to the services.
 *
 * @param token compact JWS, signed by auth-service
 * @param expiresAt the token's {@code exp}
 * @param key terms of the API key the token was made from; absent for callers who came with a token
 */
public record Identity(Caller caller, String token, Instant expiresAt, Optional<KeyTerms> key) {

    /** A caller who came with an access token. */
    public Identity(Caller caller, String token, Instant expiresAt) {
        this(caller, token, expiresAt, Optional.empty());
    }

    /** The same caller by an API key of these terms. */
    public Identity with(KeyTerms terms) {
        return new Identity(caller, token, expiresAt, Optional.of(terms));
    }
}
