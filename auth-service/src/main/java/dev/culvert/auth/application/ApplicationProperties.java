package dev.culvert.auth.application;

import jakarta.validation.constraints.Min;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * OAuth applications.
 *
 * @param maxPerUser applications one user can register
 * @param dynamicRegistration whether programs can register themselves in the form of RFC 7591, with a token of their owner
 */
@Validated
@ConfigurationProperties("culvert.auth.application")
public record ApplicationProperties(
        @DefaultValue("50") @Min(1) int maxPerUser,
        @DefaultValue("false") boolean dynamicRegistration) {

    /** Where programs register themselves. */
    public static final String REGISTRATION_PATH = "/oauth/register";
}
