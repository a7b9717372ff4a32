package dev.culvert.gateway.ratelimit;

import static dev.culvert.gateway.ratelimit.OwnEndpoints.answer;
import static dev.culvert.gateway.ratelimit.OwnEndpoints.at;
import static dev.culvert.gateway.ratelimit.OwnEndpoints.require;

import dev.culvert.contracts.identity.Permission;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpMethod;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;

/**
 * What the limits of the gateway that answers did since its start, for administrators without Prometheus (requirement R6.10).
 * Who ran into them most is known to admin-service, where the route of {@code /top-violators} and {@code /top-ips} leads.
 */
@Configuration(proxyBeanMethods = false)
class MetricsEndpoints {
    private static final String BASE = "/rate-limit-metrics";

    /** The load at one moment, in percent, and what counted of the limits of a minute after it. */
    record LoadPoint(Instant at, double loadPercent, double multiplier) {}

    record DashboardData(Instant at, LimitMetrics.Summary summary, List<LoadPoint> load) {}

    private final LimitMetrics metrics;
    private final AdaptiveLimits adaptive;
    private final Clock clock;

    MetricsEndpoints(LimitMetrics metrics, AdaptiveLimits adaptive, Clock clock) {
        this.metrics = metrics;
        this.adaptive = adaptive;
        this.clock = clock;
    }

    @Bean
    RouterFunction<ServerResponse> limitMetricsRoutes() {
        return RouterFunctions.route()
                .route(at(HttpMethod.GET, BASE + "/summary"), request -> answer(summary(request)))
                .route(at(HttpMethod.GET, BASE + "/dashboard-data"), request -> answer(dashboardData(request)))
                .build()
                .and(OwnEndpoints.refuseOthers(HttpMethod.GET, BASE + "/summary", BASE + "/dashboard-data"));
    }

    private LimitMetrics.Summary summary(ServerRequest request) {
        require(request, Permission.VIEW_SYSTEM_METRICS);
        return metrics.summary();
    }

    private DashboardData dashboardData(ServerRequest request) {
        return new DashboardData(
                clock.instant(),
                summary(request),
                adaptive.history().stream()
                        .map(sample ->
                                new LoadPoint(sample.load().at(), sample.load().percent(), sample.multiplier()))
                        .toList());
    }
}
