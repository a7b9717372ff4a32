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
 */
public record Identity(Caller caller, String token, Instant expiresAt, Optional<String> keyThumbprint) {}
