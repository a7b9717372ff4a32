package dev.culvert.gateway.resilience;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How failing services are treated (requirement R7.3).
 *
 * @param failures failed calls in a row after which a service is left alone
 * @param open how long it is left alone; shorter when it refused connections and accepts them again
 * @param trials calls that must succeed before all pass again
 * @param probe how often a service that refused connections is tried, while calls for it arrive
 * @param maxConcurrent most calls one service is answering at once on API routes
 * @param retryShare repetitions as a share of calls, over the long run
 * @param retryReserve repetitions that may come at once, after a quiet time
 * @param retryPause longest wait before a call is repeated for which no connection could be made
 * @param ejectAfter failed calls in a row after which one of a service's several addresses is left out; at once when it refuses
 *     connections
 * @param ejectFor how long it is left out
 */
@ConfigurationProperties("culvert.gateway.resilience")
public record ResilienceProperties(
        @DefaultValue("5") int failures,
        @DefaultValue("60s") Duration open,
        @DefaultValue("2") int trials,
        @DefaultValue("1s") Duration probe,
        @DefaultValue("512") int maxConcurrent,
        @DefaultValue("0.1") double retryShare,
        @DefaultValue("10") int retryReserve,
        @DefaultValue("100ms") Duration retryPause,
        @DefaultValue("5") int ejectAfter,
        @DefaultValue("10s") Duration ejectFor) {}
