package dev.culvert.gateway.ratelimit;

import static dev.culvert.gateway.ratelimit.OwnEndpoints.answer;
import static dev.culvert.gateway.ratelimit.OwnEndpoints.at;
import static dev.culvert.gateway.ratelimit.OwnEndpoints.caller;
import static dev.culvert.gateway.ratelimit.OwnEndpoints.require;

import dev.culvert.contracts.identity.Permission;
import dev.culvert.contracts.identity.Role;
import dev.culvert.contracts.identity.Tier;
import dev.culvert.platform.caller.Caller;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpMethod;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;

/** What callers can ask about the load and the limits that follow it (requirement R6.9a), of the gateway that answers. */
@Configuration(proxyBeanMethods = false)
class AdaptiveEndpoints {
    private static final String BASE = "/adaptive-rate-limiting";

    /** All in percent. */
    record Metrics(Instant at, double cpuPercent, double memoryPercent, double queuePercent, double loadPercent) {
        static Metrics of(Load load) {
            return new Metrics(load.at(), load.cpu(), load.memory(), load.queue(), load.percent());
        }
    }

    /** {@code since} is 1970 while nothing changed yet. */
    record Status(boolean enabled, boolean adapted, double multiplier, Instant since, double loadPercent) {}

    /** A limit without load, and as it counts now. */
    record Minute(int usual, int now) {}

    record UserStatistics(String tier, double multiplier, Minute minute) {}

    record SystemStatus(
            Status status,
            Metrics metrics,
            int waitingCalls,
            int callsInFlight,
            int processors,
            long heapUsedBytes,
            long heapMaxBytes,
            boolean redisAvailable) {}

    record HistoryEntry(Metrics metrics, double multiplier) {}

    record History(List<HistoryEntry> items) {}

    record Limits(double multiplier, Map<String, Minute> users, Minute tenant, Minute key) {}

    private final AdaptiveLimits adaptive;
    private final LoadProbe probe;
    private final RateLimitProperties properties;
    private final RateLimiter limiter;
    private final PacingQueue queue;
    private final Places places;
    private final TierChanges tiers;

    AdaptiveEndpoints(
            AdaptiveLimits adaptive,
            LoadProbe probe,
            RateLimitProperties properties,
            RateLimiter limiter,
            PacingQueue queue,
            Places places,
            TierChanges tiers) {
        this.adaptive = adaptive;
        this.probe = probe;
        this.properties = properties;
        this.limiter = limiter;
        this.queue = queue;
        this.places = places;
        this.tiers = tiers;
    }

    @Bean
    RouterFunction<ServerResponse> adaptiveRoutes() {
        return RouterFunctions.route()
                .route(at(HttpMethod.GET, BASE + "/metrics"), _ -> answer(Metrics.of(load())))
                .route(at(HttpMethod.GET, BASE + "/status"), _ -> answer(status(load())))
                .route(at(HttpMethod.GET, BASE + "/user-stats"), request -> answer(userStatistics(request)))
                .route(at(HttpMethod.GET, BASE + "/admin/system-status"), request -> {
                    require(request, Permission.VIEW_SYSTEM_METRICS);
                    return answer(systemStatus());
                })
                .route(at(HttpMethod.GET, BASE + "/admin/load-history"), request -> {
                    require(request, Permission.VIEW_SYSTEM_METRICS);
                    return answer(history());
                })
                .route(at(HttpMethod.GET, BASE + "/admin/adaptive-limits"), request -> {
                    require(request, Permission.VIEW_SYSTEM_METRICS);
                    return answer(limits());
                })
                .build()
                .and(OwnEndpoints.refuseOthers(
                        HttpMethod.GET,
                        BASE + "/metrics",
                        BASE + "/status",
                        BASE + "/user-stats",
                        BASE + "/admin/system-status",
                        BASE + "/admin/load-history",
                        BASE + "/admin/adaptive-limits"));
    }

    /** The last one that limits followed; measured now before there is one. */
    private Load load() {
        List<AdaptiveLimits.Sample> samples = adaptive.history();
        return samples.isEmpty() ? probe.measure() : samples.getLast().load();
    }

    private Status status(Load load) {
        AdaptiveLimits.State state = adaptive.state();
        return new Status(
                adaptive.enabled(), state.multiplier() < 1, state.multiplier(), state.since(), load.percent());
    }

    private UserStatistics userStatistics(ServerRequest request) {
        Caller caller = caller(request);
        Tier tier = tiers.of(caller);
        boolean administrator = caller.roles().stream().anyMatch(Role::administrator);
        int usual = administrator
                ? properties.administrators().minute()
                : Objects.requireNonNull(properties.users().get(tier)).minute();
        return new UserStatistics(
                tier.wireName(),
                administrator ? 1 : adaptive.state().multiplier(),
                new Minute(usual, administrator ? usual : adaptive.of(usual)));
    }

    private SystemStatus systemStatus() {
        Load load = load();
        Runtime runtime = Runtime.getRuntime();
        return new SystemStatus(
                status(load),
                Metrics.of(load),
                queue.waiting(),
                places.inUse(),
                runtime.availableProcessors(),
                runtime.totalMemory() - runtime.freeMemory(),
                runtime.maxMemory(),
                !limiter.alone());
    }

    private History history() {
        return new History(adaptive.history().stream()
                .map(sample -> new HistoryEntry(Metrics.of(sample.load()), sample.multiplier()))
                .toList());
    }

    private Limits limits() {
        Map<String, Minute> users = new TreeMap<>();
        for (Tier tier : Tier.values()) {
            users.put(
                    tier.wireName(),
                    minute(Objects.requireNonNull(properties.users().get(tier)).minute()));
        }
        return new Limits(
                adaptive.state().multiplier(),
                users,
                minute(properties.tenant().minute()),
                minute(properties.key().minute()));
    }

    private Minute minute(int usual) {
        return new Minute(usual, adaptive.of(usual));
    }
}
