package dev.culvert.webhook.endpoint;

import dev.culvert.contracts.identity.Tier;
import java.time.Duration;
import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * Settings of registered webhooks.
 *
 * @param maxPerTenant how many webhooks a tenant may have, by tier of the caller; a tier that is not named has no limit.
 *     Default: 2 for free, 20 for premium (requirement X-19)
 * @param secretOverlap how long the old secret keeps signing beside the new one after a rotation
 */
@Validated
@ConfigurationProperties("culvert.webhook.endpoint")
record EndpointProperties(
        @Nullable Map<Tier, Integer> maxPerTenant,
        @DefaultValue("24h") Duration secretOverlap) {
    private static final Map<Tier, Integer> MAX_PER_TENANT = Map.of(Tier.FREE, 2, Tier.PREMIUM, 20);

    EndpointProperties {
        maxPerTenant = maxPerTenant == null ? MAX_PER_TENANT : Map.copyOf(maxPerTenant);
    }

    OptionalInt maxFor(Tier tier) {
        Integer max = maxPerTenant == null ? null : maxPerTenant.get(tier);
        return max == null ? OptionalInt.empty() : OptionalInt.of(max);
    }
}
