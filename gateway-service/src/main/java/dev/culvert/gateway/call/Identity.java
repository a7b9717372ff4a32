package dev.culvert.gateway.call;

import dev.culvert.platform.caller.Caller;
import java.time.Instant;

/**
 * A verified caller together with the access token that proves it to the services.
 *
 * @param token compact JWS, signed by auth-service
 * @param expiresAt the token's {@code exp}
 */
public record Identity(Caller caller, String token, Instant expiresAt) {}
