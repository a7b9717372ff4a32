package dev.culvert.gateway.health;

import java.time.Clock;
import java.time.Instant;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.springframework.boot.availability.ApplicationAvailability;
import org.springframework.boot.availability.LivenessState;
import org.springframework.boot.availability.ReadinessState;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.CacheControl;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.web.reactive.function.server.RequestPredicates;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

/**
 * The health addresses (requirements R1.10, X-8), in the shape of Spring Boot's. {@code /health} tells how the
 * dependencies are and is 503 when one is not well; readiness is about this process alone, since a gateway without Redis
 * or with one service away still serves.
 */
@Configuration(proxyBeanMethods = false)
class HealthEndpoints {
    private static final String UP = "UP";
    private static final String DOWN = "DOWN";

    record Health(String status, Instant timestamp, Map<String, Component> components) {}

    record Component(String status) {}

    @Bean
    RouterFunction<ServerResponse> healthRoutes(
            HealthChecks checks, ApplicationAvailability availability, Clock clock) {
        return RouterFunctions.route()
                .route(
                        RequestPredicates.path("/health"),
                        _ -> checks.states().flatMap(states -> answer(health(states, clock))))
                .route(RequestPredicates.path("/health/live"), _ -> {
                    boolean live = availability.getLivenessState() == LivenessState.CORRECT;
                    return answer(new Health(live ? UP : DOWN, clock.instant(), Map.of()));
                })
                .route(RequestPredicates.path("/health/ready").or(RequestPredicates.path("/ready")), _ -> {
                    boolean ready = availability.getReadinessState() == ReadinessState.ACCEPTING_TRAFFIC;
                    return answer(new Health(ready ? UP : "OUT_OF_SERVICE", clock.instant(), Map.of()));
                })
                .build();
    }

    private static Health health(SortedMap<String, Boolean> states, Clock clock) {
        Map<String, Component> components = new TreeMap<>();
        states.forEach((name, up) -> components.put(name, new Component(up ? UP : DOWN)));
        boolean well = !states.containsValue(false);
        return new Health(well ? UP : DOWN, clock.instant(), components);
    }

    private static Mono<ServerResponse> answer(Health health) {
        return ServerResponse.status(health.status().equals(UP) ? HttpStatus.OK : HttpStatus.SERVICE_UNAVAILABLE)
                .contentType(MediaType.APPLICATION_JSON)
                .cacheControl(CacheControl.noStore())
                .bodyValue(health);
    }
}
