package dev.culvert.auth.token;

import jakarta.validation.constraints.NotBlank;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * What tokens say and how long they live (requirement X-9).
 *
 * @param issuer the {@code iss} of access tokens: the address of the gateway as users see it
 * @param accessLifetime of access tokens
 * @param adminAccessLifetime of access tokens that carry an administrator's role
 * @param refreshLifetime of a refresh token; each use gives a new one
 * @param sessionLifetime after which somebody has to sign in again, however often the session was refreshed
 */
@Validated
@ConfigurationProperties("culvert.auth.token")
record TokenProperties(
        @NotBlank String issuer,
        @DefaultValue("30m") Duration accessLifetime,
        @DefaultValue("15m") Duration adminAccessLifetime,
        @DefaultValue("7d") Duration refreshLifetime,
        @DefaultValue("30d") Duration sessionLifetime) {}
