package dev.culvert.platform.caller;

import java.net.URI;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How access tokens are verified.
 *
 * @param issuer the {@code iss} of accepted tokens: the address of the gateway as seen from outside
 * @param jwksUrl where the issuer's public keys are read
 * @param clockSkew how far the clocks of issuer and service may differ
 * @param keysKeptFor how long keys are used before they are read again
 * @param keysKeptDuringOutage how long the last known keys are used while they cannot be read
 */
@ConfigurationProperties("culvert.caller")
public record CallerProperties(
        @DefaultValue("http://127.0.0.1:8080") String issuer,

        @DefaultValue("http://127.0.0.1:8081/.well-known/jwks.json")
        URI jwksUrl,

        @DefaultValue("30s") Duration clockSkew,
        @DefaultValue("5m") Duration keysKeptFor,
        @DefaultValue("12h") Duration keysKeptDuringOutage) {}
