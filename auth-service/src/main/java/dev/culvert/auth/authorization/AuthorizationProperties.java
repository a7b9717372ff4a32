package dev.culvert.auth.authorization;

import jakarta.validation.constraints.NotBlank;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * The authorization server.
 *
 * @param issuer its address as applications see it: that of the gateway
 * @param codeLifetime of authorization codes and of requests that wait for consent (requirement X-9)
 * @param deviceCodeLifetime how long somebody has to type the code a device shows
 * @param refreshGrace how long after its use a refresh token leads to the same successor again, for lost answers and for
 *     applications with several tabs; later it ends the grant
 * @param cleanupInterval how often what has ended is deleted
 */
@Validated
@ConfigurationProperties("culvert.auth.authorization")
record AuthorizationProperties(
        @DefaultValue("http://127.0.0.1:8080") @NotBlank String issuer,
        @DefaultValue("10m") Duration codeLifetime,
        @DefaultValue("10m") Duration deviceCodeLifetime,
        @DefaultValue("10s") Duration refreshGrace,
        @DefaultValue("10m") Duration cleanupInterval) {}
