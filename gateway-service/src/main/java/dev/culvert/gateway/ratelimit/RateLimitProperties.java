package dev.culvert.gateway.ratelimit;

import dev.culvert.contracts.identity.Tier;
import java.time.Duration;
import java.util.Map;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How much a caller may ask for (requirement X-3). A call must fit into every window that applies; the tightest speaks in
 * the headers.
 *
 * @param redisUrl where instances share their counts
 * @param redisBudget longest wait for Redis; then this instance counts alone
 * @param users budget of each user by tier
 * @param administrators budget of each user with an administrative role
 * @param address budget of each client address for calls without a valid credential
 * @param anonymousQuarterHour calls per 15 minutes of an anonymous client address on open paths
 * @param ceiling calls per minute of one client address to one instance, credentials or not
 */
@ConfigurationProperties("culvert.gateway.ratelimit")
public record RateLimitProperties(
        @DefaultValue("redis://127.0.0.1:6379") String redisUrl,
        @DefaultValue("10ms") Duration redisBudget,
        Map<Tier, Budget> users,
        Budget administrators,
        AddressBudget address,
        @DefaultValue("100") int anonymousQuarterHour,
        @DefaultValue("20000") int ceiling) {

    public RateLimitProperties {
        users = Map.copyOf(users);
        for (Tier tier : Tier.values()) {
            if (!users.containsKey(tier)) {
                throw new IllegalArgumentException(
                        "culvert.gateway.ratelimit.users." + tier.wireName() + " is missing");
            }
        }
    }

    /** Calls per minute, per 15 minutes and per hour. */
    public record Budget(int minute, int quarterHour, int hour) {}

    /** Calls per minute and per hour. */
    public record AddressBudget(int minute, int hour) {}
}
