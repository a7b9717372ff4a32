package dev.culvert.gateway.call;

import dev.culvert.platform.caller.Caller;
import java.time.Instant;
import java.util.Optional;

/**
 * A verified caller together with the access token that proves it to the services.
 *
 * @param token compact JWS, signed by auth-service
 * @param expiresAt the token's {@code exp}
 * @param keyThumbprint of the key whose possession each request has to prove (RFC 9449), if the token is bound to one
 * @param key terms of the API key the token was made from; absent for callers who came with a token
 */
public record Identity(
        Caller caller, String token, Instant expiresAt, Optional<String> keyThumbprint, Optional<KeyTerms> key) {

    /** A caller who came with an access token that is bound to no key. */
    public Identity(Caller caller, String token, Instant expiresAt) {
        this(caller, token, expiresAt, Optional.empty(), Optional.empty());
    }

    /** The same caller by an API key of these terms. */
    public Identity with(KeyTerms terms) {
        return new Identity(caller, token, expiresAt, keyThumbprint, Optional.of(terms));
    }
}
