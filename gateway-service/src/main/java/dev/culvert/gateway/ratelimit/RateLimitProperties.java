package dev.culvert.gateway.ratelimit;

import dev.culvert.contracts.identity.Tier;
import java.net.URI;
import java.time.Duration;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How much a caller may ask for (requirement X-3). A call must fit into every window that applies; the tightest speaks in
 * the headers.
 *
 * @param enabled whether anything is limited at all
 * @param redisUrl where instances share their counts
 * @param redisCluster whether that is a Redis Cluster
 * @param redisBudget longest wait for Redis; then this instance counts alone
 * @param instances how many gateways share the limits while Redis is lost: each then allows its part
 * @param users budget of each user by tier
 * @param administrators budget of each user with an administrative role
 * @param tenant budget of each tenant, times the factor of the caller's tier; administrators are not counted in it
 * @param tenantFactors what a tenant's and an API key's usual budget is multiplied by, by tier
 * @param key usual budget of each API key, times the factor; what the key's owner laid down counts as it is
 * @param address budget of each client address for calls without a valid credential
 * @param anonymousQuarterHour calls per 15 minutes of an anonymous client address on open paths
 * @param crawlers networks in CIDR notation that search engines publish for their crawlers: their anonymous reading is not
 *     limited, beyond the ceiling; what a client calls itself counts for nothing
 * @param crawlerNames the same for crawlers told by the name of their address
 * @param ceiling calls per minute of one client address to one instance, credentials or not
 * @param operations limits of single operations by name, beside the others
 * @param exempt calls that the budgets of user, tenant and key do not bind; limits of operations still do
 * @param waits of those who go on calling while they are refused
 * @param pacing of those who come near the end of their minute
 * @param quota what users may call within a month
 * @param adaptive limits that follow the load of this gateway
 * @param placesLease after so long an instance is not heard of, its calls in flight are taken for ended
 * @param rulesUrl where further exemptions are read, while the gateway runs; empty for nowhere
 * @param rulesEvery how often they are read
 * @param rulesTimeout longest wait for that
 * @param kafkaServers where violations of limits are told
 */
@ConfigurationProperties("culvert.gateway.ratelimit")
public record RateLimitProperties(
        @DefaultValue("true") boolean enabled,
        @DefaultValue("redis://127.0.0.1:6379") String redisUrl,
        @DefaultValue("false") boolean redisCluster,
        @DefaultValue("10ms") Duration redisBudget,
        @DefaultValue("1") int instances,
        Map<Tier, Budget> users,
        Budget administrators,
        TenantBudget tenant,
        Map<Tier, Integer> tenantFactors,
        KeyBudget key,
        AddressBudget address,
        @DefaultValue("100") int anonymousQuarterHour,
        @DefaultValue List<String> crawlers,
        @DefaultValue CrawlerProperties crawlerNames,
        @DefaultValue("20000") int ceiling,
        Map<String, OperationProperties> operations,
        List<ExemptProperties> exempt,
        @DefaultValue WaitProperties waits,
        @DefaultValue PacingProperties pacing,
        QuotaProperties quota,
        AdaptiveProperties adaptive,
        @DefaultValue("30s") Duration placesLease,
        Optional<URI> rulesUrl,
        @DefaultValue("400ms") Duration rulesEvery,
        @DefaultValue("2s") Duration rulesTimeout,
        @DefaultValue("127.0.0.1:9092") String kafkaServers) {

    public RateLimitProperties {
        users = ofEachTier("users", users);
        tenantFactors = ofEachTier("tenant-factors", tenantFactors);
        operations = Collections.unmodifiableMap(new LinkedHashMap<>(operations));
        exempt = List.copyOf(exempt);
        crawlers = crawlers.stream().filter(network -> !network.isBlank()).toList();
        if (instances < 1) {
            throw new IllegalArgumentException("culvert.gateway.ratelimit.instances must be at least 1");
        }
        if (anonymousQuarterHour < 1 || ceiling < 1) {
            throw new IllegalArgumentException(
                    "culvert.gateway.ratelimit.anonymous-quarter-hour and .ceiling must be at least 1");
        }
        tenantFactors.forEach((tier, factor) -> positive("tenant-factors." + tier.wireName(), factor));
    }

    private static <T> Map<Tier, T> ofEachTier(String key, Map<Tier, T> values) {
        for (Tier tier : Tier.values()) {
            if (!values.containsKey(tier)) {
                throw new IllegalArgumentException(
                        "culvert.gateway.ratelimit." + key + "." + tier.wireName() + " is missing");
            }
        }
        return Map.copyOf(values);
    }

    private static void positive(String key, int... values) {
        for (int value : values) {
            if (value < 1) {
                throw new IllegalArgumentException("culvert.gateway.ratelimit." + key + " must be at least 1");
            }
        }
    }

    /**
     * Crawlers whose addresses have a name that leads back to them (requirement S4.34).
     *
     * @param domains names that crawlers' addresses have or end with, e.g. {@code googlebot.com}; none for no such look-up
     * @param agents part of the {@code User-Agent}, in small letters, without which no name is looked up
     * @param remembered how long an answer counts
     */
    public record CrawlerProperties(
            @DefaultValue List<String> domains,

            @DefaultValue({"bot", "crawl", "spider", "slurp"})
            List<String> agents,

            @DefaultValue("1h") Duration remembered) {
        public CrawlerProperties {
            domains = domains.stream()
                    .filter(domain -> !domain.isBlank())
                    .map(domain -> domain.strip().toLowerCase(Locale.ROOT))
                    .toList();
            agents = List.copyOf(agents);
        }
    }

    /**
     * What a user may call.
     *
     * @param minute calls per minute
     * @param quarterHour calls per 15 minutes
     * @param hour calls per hour
     * @param inFlight calls at one moment
     * @param longLived WebSockets and event streams of the API at one moment; those through tunnels are not meant
     */
    public record Budget(int minute, int quarterHour, int hour, int inFlight, int longLived) {
        public Budget {
            positive("users and .administrators", minute, quarterHour, hour, inFlight, longLived);
        }
    }

    /**
     * What a tenant's users and keys may call together.
     *
     * @param minute calls per minute
     * @param hour calls per hour of the calendar
     * @param day calls per day of the calendar, in UTC
     * @param burst calls at one moment; empty for no such limit
     */
    public record TenantBudget(int minute, int hour, int day, Optional<Burst> burst) {
        public TenantBudget {
            positive("tenant", minute, hour, day);
        }
    }

    /**
     * A token bucket: so many calls at one moment, and then at a steady rate.
     *
     * @param calls what a full bucket holds
     * @param refill after so long without calls the bucket is full again
     */
    public record Burst(int calls, Duration refill) {
        public Burst {
            positive("tenant.burst", calls, (int) Math.min(refill.toMillis(), Integer.MAX_VALUE));
        }
    }

    /** Calls of an API key per minute and per hour and day of the calendar, in UTC. */
    public record KeyBudget(int minute, int hour, int day) {
        public KeyBudget {
            positive("key", minute, hour, day);
        }
    }

    /** Calls per minute and per hour. */
    public record AddressBudget(int minute, int hour) {
        public AddressBudget {
            positive("address", minute, hour);
        }
    }

    /** Whose calls a limit counts together. */
    public enum Subject {
        /** One client address, for callers with an identity within their tenant. */
        ADDRESS,
        /** One user, whatever credential they use; an address where nobody is known. */
        USER,
        /** One tenant; an address where nobody is known. */
        TENANT
    }

    /**
     * A limit of one operation.
     *
     * @param methods HTTP methods; none means all
     * @param paths which paths, e.g. {@code /api/v1/auth/password-reset/**}
     * @param by whose calls are counted together
     * @param calls how many calls
     * @param within in any span of this length
     * @param bucket whether this is a token bucket that is full again after {@code within}, rather than a window
     * @param factors what {@code calls} is multiplied by, by tier; 1 where none is given
     * @param alias the word older clients know for a refusal
     * @param instead whether anonymous callers are held to this instead of their quarter of an hour
     * @param from time of day from which the limit counts, in {@code zone}; empty for all day
     * @param until time of day until which it counts; may be after midnight
     * @param zone time zone of the two
     */
    public record OperationProperties(
            @DefaultValue List<String> methods,
            List<String> paths,
            Subject by,
            int calls,
            Duration within,
            @DefaultValue("false") boolean bucket,
            @DefaultValue Map<Tier, Integer> factors,
            Optional<String> alias,
            @DefaultValue("false") boolean instead,
            Optional<LocalTime> from,
            Optional<LocalTime> until,
            @DefaultValue("UTC") ZoneId zone) {
        public OperationProperties {
            if (from.isPresent() != until.isPresent()) {
                throw new IllegalArgumentException(
                        "culvert.gateway.ratelimit.operations.*.from and .until need each other");
            }
            methods = List.copyOf(methods);
            paths = List.copyOf(paths);
            factors = Map.copyOf(factors);
            positive("operations.*.calls", calls);
            if (within.compareTo(Duration.ofSeconds(1)) < 0) {
                throw new IllegalArgumentException(
                        "culvert.gateway.ratelimit.operations.*.within must be a second at least");
            }
        }

        /** A plain limit, at all times and for all tiers alike. */
        static OperationProperties of(
                List<String> methods, List<String> paths, Subject by, int calls, Duration within) {
            return new OperationProperties(
                    methods,
                    paths,
                    by,
                    calls,
                    within,
                    false,
                    Map.of(),
                    Optional.empty(),
                    false,
                    Optional.empty(),
                    Optional.empty(),
                    ZoneOffset.UTC);
        }
    }

    /** Why calls are exempt (requirement R6.7). */
    public enum ExemptionType {
        CRITICAL_OPERATION,
        /** Of administrators alone. */
        ADMIN_OPERATION,
        HEALTH_CHECK,
        AUTHENTICATION,
        EMERGENCY
    }

    /**
     * Calls that the budgets do not bind.
     *
     * @param type why
     * @param methods HTTP methods; none means all
     * @param paths which paths, e.g. {@code /api/v1/admin/**}
     */
    public record ExemptProperties(
            ExemptionType type, @DefaultValue List<String> methods, List<String> paths) {
        public ExemptProperties {
            methods = List.copyOf(methods);
            paths = List.copyOf(paths);
        }
    }

    /**
     * Waits of those who do not wait (requirement S4.61): each call during a refusal, a second or more after the one before,
     * doubles the time in {@code Retry-After}.
     *
     * @param longest the doubling ends here; 0 for no such waits
     * @param forgivenAfter for each such time of patience one offence is forgotten
     */
    public record WaitProperties(
            @DefaultValue("5m") Duration longest,
            @DefaultValue("1m") Duration forgivenAfter) {}

    /**
     * The end of a user's minute (requirement X-43): calls beyond {@code from} of it go on one after the other, at the pace at
     * which the minute renews itself, and wait for that.
     *
     * @param enabled whether calls wait at all
     * @param from share of the minute, from 0 to 1
     * @param places most calls that wait at one gateway
     * @param longestWait a call that has waited for so long is given up
     */
    public record PacingProperties(
            @DefaultValue("true") boolean enabled,
            @DefaultValue("0.8") double from,
            @DefaultValue("1000") int places,
            @DefaultValue("30s") Duration longestWait) {
        public PacingProperties {
            positive("pacing.places", places);
            if (!(from > 0 && from <= 1)) {
                throw new IllegalArgumentException(
                        "culvert.gateway.ratelimit.pacing.from must be above 0 and at most 1");
            }
        }
    }

    /**
     * Calls of a month of the calendar, in UTC (requirement R6.6).
     *
     * @param enabled whether they are limited
     * @param calls of each user by tier; a tier that is not here is not limited
     * @param ledgerUrl where months are kept beyond Redis; empty for nowhere
     * @param tellEvery how often what was counted is told there
     * @param timeout longest wait for that
     */
    public record QuotaProperties(
            @DefaultValue("true") boolean enabled,
            @DefaultValue Map<Tier, Integer> calls,
            Optional<URI> ledgerUrl,
            @DefaultValue("30s") Duration tellEvery,
            @DefaultValue("2s") Duration timeout) {
        public QuotaProperties {
            calls = Map.copyOf(calls);
            calls.forEach((tier, most) -> positive("quota.calls." + tier.wireName(), most));
        }
    }

    /**
     * Limits of a minute that follow the load (requirement R6.9): 40 % of processor time, 40 % of memory and 20 % of the
     * places for calls that wait. Those of administrators do not.
     *
     * @param enabled whether they do
     * @param sampleEvery how often the load is measured
     * @param history how long measurements are kept
     * @param changeEvery limits change at most once within this time
     * @param levels what counts above which load; the smallest one that applies
     */
    public record AdaptiveProperties(
            @DefaultValue("true") boolean enabled,
            @DefaultValue("5s") Duration sampleEvery,
            @DefaultValue("5m") Duration history,
            @DefaultValue("10s") Duration changeEvery,
            List<LoadLevel> levels) {
        public AdaptiveProperties {
            levels = List.copyOf(levels);
            positive("adaptive.sample-every", (int) Math.min(sampleEvery.toMillis(), Integer.MAX_VALUE));
        }
    }

    /**
     * What counts of a limit above a load.
     *
     * @param above load in percent
     * @param multiplier part of the limit, from 0 to 1
     */
    public record LoadLevel(int above, double multiplier) {
        public LoadLevel {
            if (!(multiplier > 0 && multiplier <= 1)) {
                throw new IllegalArgumentException(
                        "culvert.gateway.ratelimit.adaptive.levels[].multiplier must be above 0 and at most 1");
            }
        }
    }
}
