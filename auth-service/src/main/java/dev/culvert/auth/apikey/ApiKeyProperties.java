package dev.culvert.auth.apikey;

import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.Pattern;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * API keys.
 *
 * @param environment word in every key that tells installations apart, as in {@code cvt_live_…}
 * @param tokenLifetime of the access token a key is exchanged for, and so the longest a revoked key can still work where
 *     its revocation is not heard
 * @param maxPerUser keys of one user that are neither revoked nor expired
 * @param lastUseInterval how often the times of last use are written
 */
@Validated
@ConfigurationProperties("culvert.auth.api-key")
record ApiKeyProperties(
        @DefaultValue("live") @Pattern(regexp = "[a-z]{1,12}")
        String environment,

        @DefaultValue("5m") Duration tokenLifetime,
        @DefaultValue("100") @Min(1) int maxPerUser,
        @DefaultValue("30s") Duration lastUseInterval) {}
