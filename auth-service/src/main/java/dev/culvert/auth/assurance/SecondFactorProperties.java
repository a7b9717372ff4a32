package dev.culvert.auth.assurance;

import jakarta.validation.constraints.NotBlank;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * The second factor: codes of an authenticator app, or passkeys.
 *
 * @param requiredForAdministrators whether an account with an administrator's role signs in only with a second factor; one
 *     that has none yet is made to set up an app at its next sign-in
 * @param challengeLifetime how long after the password the second factor may come
 * @param issuer what authenticator apps show beside the account
 */
@Validated
@ConfigurationProperties("culvert.auth.second-factor")
public record SecondFactorProperties(
        @DefaultValue("true") boolean requiredForAdministrators,
        @DefaultValue("5m") Duration challengeLifetime,
        @DefaultValue("Culvert") @NotBlank String issuer) {}
