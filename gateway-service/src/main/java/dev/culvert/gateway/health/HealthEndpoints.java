package dev.culvert.gateway.health;

import dev.culvert.gateway.health.HealthChecks.State;
import dev.culvert.gateway.identity.IdentityStatus;
import dev.culvert.gateway.warmup.WarmUp;
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
 * dependencies are and is 503 when one is not well; readiness is about this process, which has to be warm, and the issuer's
 * keys, without which it can serve nobody: a gateway without Redis or with one service away still serves.
 */
@Configuration(proxyBeanMethods = false)
class HealthEndpoints {
    private static final String UP = "UP";
    private static final String DOWN = "DOWN";
    private static final double NANOS_PER_MILLISECOND = 1e6;

    record Health(String status, Instant timestamp, Map<String, Component> components) {}

    record Component(String status) {}

    record Detailed(String status, Instant timestamp, Map<String, Dependency> components) {}

    record Dependency(String status, double latencyMs) {}

    @Bean
    RouterFunction<ServerResponse> healthRoutes(
            HealthChecks checks,
            ApplicationAvailability availability,
            IdentityStatus identities,
            WarmUp warmUp,
            Clock clock) {
        return RouterFunctions.route()
                .route(
                        RequestPredicates.path("/health"),
                        _ -> checks.states().flatMap(states -> answer(health(states, clock))))
                .route(
                        RequestPredicates.path("/health/detailed"),
                        _ -> checks.states().flatMap(states -> {
                            Detailed detailed = detailed(states, clock);
                            return answer(detailed.status().equals(UP), detailed);
                        }))
                .route(RequestPredicates.path("/health/live"), _ -> {
                    boolean live = availability.getLivenessState() == LivenessState.CORRECT;
                    return answer(new Health(live ? UP : DOWN, clock.instant(), Map.of()));
                })
                .route(RequestPredicates.path("/health/ready").or(RequestPredicates.path("/ready")), _ -> {
                    boolean ready = availability.getReadinessState() == ReadinessState.ACCEPTING_TRAFFIC
                            && identities.canVerify()
                            && warmUp.isDone();
                    return answer(new Health(ready ? UP : "OUT_OF_SERVICE", clock.instant(), Map.of()));
                })
                .build();
    }

    private static Health health(SortedMap<String, State> states, Clock clock) {
        Map<String, Component> components = new TreeMap<>();
        states.forEach((name, state) -> components.put(name, new Component(word(state))));
        return new Health(overall(states), clock.instant(), components);
    }

    private static Detailed detailed(SortedMap<String, State> states, Clock clock) {
        Map<String, Dependency> components = new TreeMap<>();
        states.forEach((name, state) ->
                components.put(name, new Dependency(word(state), state.latency().toNanos() / NANOS_PER_MILLISECOND)));
        return new Detailed(overall(states), clock.instant(), components);
    }

    private static String word(State state) {
        return state.up() ? UP : DOWN;
    }

    private static String overall(SortedMap<String, State> states) {
        return states.values().stream().allMatch(State::up) ? UP : DOWN;
    }

    private static Mono<ServerResponse> answer(Health health) {
        return answer(health.status().equals(UP), health);
    }

    private static Mono<ServerResponse> answer(boolean well, Object health) {
        return ServerResponse.status(well ? HttpStatus.OK : HttpStatus.SERVICE_UNAVAILABLE)
                .contentType(MediaType.APPLICATION_JSON)
                .cacheControl(CacheControl.noStore())
                .bodyValue(health);
    }
}
