package dev.culvert.gateway.resilience;

import dev.culvert.gateway.routing.RoutingProperties;
import io.github.resilience4j.bulkhead.BulkheadConfig;
import io.github.resilience4j.bulkhead.BulkheadRegistry;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowType;
import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import io.github.resilience4j.micrometer.tagged.TaggedBulkheadMetrics;
import io.github.resilience4j.micrometer.tagged.TaggedCircuitBreakerMetrics;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.net.URI;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/** All services, each with a breaker and a bulkhead of its own; their states are metrics under Resilience4j's names. */
@Component
final class UpstreamStates {
    private static final Logger log = LoggerFactory.getLogger(UpstreamStates.class);
    private static final float ALL = 100;

    private final Map<String, Upstream> byAuthority = new HashMap<>();

    UpstreamStates(RoutingProperties routing, ResilienceProperties properties, MeterRegistry meters) {
        CircuitBreakerRegistry breakers = CircuitBreakerRegistry.of(CircuitBreakerConfig.custom()
                .slidingWindowType(SlidingWindowType.COUNT_BASED)
                .slidingWindowSize(properties.failures())
                .minimumNumberOfCalls(properties.failures())
                .failureRateThreshold(ALL) // all of the last ones, that is: in a row
                .permittedNumberOfCallsInHalfOpenState(properties.trials())
                .waitDurationInOpenState(properties.open())
                .build());
        BulkheadRegistry bulkheads = BulkheadRegistry.of(BulkheadConfig.custom()
                .maxConcurrentCalls(properties.maxConcurrent())
                .writableStackTraceEnabled(false)
                .build());
        routing.services().forEach((name, addresses) -> {
            Upstream upstream = upstream(name, addresses, breakers, bulkheads, properties, meters);
            addresses.forEach(address -> byAuthority.put(address.getRawAuthority(), upstream));
        });
        TaggedCircuitBreakerMetrics.ofCircuitBreakerRegistry(breakers).bindTo(meters);
        TaggedBulkheadMetrics.ofBulkheadRegistry(bulkheads).bindTo(meters);
    }

    private static Upstream upstream(
            String name,
            List<URI> addresses,
            CircuitBreakerRegistry breakers,
            BulkheadRegistry bulkheads,
            ResilienceProperties properties,
            MeterRegistry meters) {
        var breaker = breakers.circuitBreaker(name);
        breaker.getEventPublisher()
                .onStateTransition(event -> log.atWarn()
                        .addKeyValue("upstream", name)
                        .addKeyValue("from", event.getStateTransition().getFromState())
                        .addKeyValue("to", event.getStateTransition().getToState())
                        .log("A service's circuit breaker changed"));
        Replicas replicas = new Replicas(addresses.stream()
                .map(address -> new Replica(address, properties.ejectAfter(), properties.ejectFor()))
                .toList());
        ToDoubleFunction<Replicas> ejected = Replicas::ejected;
        Gauge.builder("upstream.replicas.ejected", replicas, ejected)
                .description("Addresses of a service that are left out for a while")
                .tag("upstream", name)
                .register(meters);
        return new Upstream(
                name,
                replicas,
                breaker,
                bulkheads.bulkhead(name),
                new RetryBudget(properties.retryShare(), properties.retryReserve()),
                Counter.builder("upstream.retries")
                        .description("Calls that were repeated because a service could not be reached or broke off")
                        .tag("upstream", name)
                        .register(meters),
                properties.probe());
    }

    /** The service at an address, if it is one that is known. */
    @Nullable
    Upstream at(URI target) {
        return byAuthority.get(target.getRawAuthority());
    }
}
