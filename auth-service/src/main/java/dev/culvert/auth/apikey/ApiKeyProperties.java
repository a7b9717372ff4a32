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
 * @param creationsPerHour keys made or rotated from one client address within an hour
 * @param rotationOverlap how long a rotated key stays valid unless the request says otherwise
 * @param rotateAfter age from which a key is shown as one that should be rotated
 * @param lastUseInterval how often the times of last use are written
 * @param useAuditInterval least time between two audit entries that the same key was used
 * @param upkeepInterval how often expired keys are announced and active ones counted
 */
@Validated
@ConfigurationProperties("culvert.auth.api-key")
record ApiKeyProperties(
        @DefaultValue("live") @Pattern(regexp = "[a-z]{1,12}")
        String environment,

        @DefaultValue("5m") Duration tokenLifetime,
        @DefaultValue("100") @Min(1) int maxPerUser,
        @DefaultValue("10") @Min(1) int creationsPerHour,
        @DefaultValue("24h") Duration rotationOverlap,
        @DefaultValue("365d") Duration rotateAfter,
        @DefaultValue("30s") Duration lastUseInterval,
        @DefaultValue("1h") Duration useAuditInterval,
        @DefaultValue("15s") Duration upkeepInterval) {}
