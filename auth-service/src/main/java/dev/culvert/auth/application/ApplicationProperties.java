package dev.culvert.auth.application;

import jakarta.validation.constraints.Min;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * OAuth applications.
 *
 * @param maxPerUser applications one user can register
 */
@Validated
@ConfigurationProperties("culvert.auth.application")
record ApplicationProperties(
        @DefaultValue("50") @Min(1) int maxPerUser) {}
