package dev.culvert.webhook.delivery;

import jakarta.validation.constraints.DecimalMax;
import jakarta.validation.constraints.DecimalMin;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotEmpty;
import java.time.Duration;
import java.util.List;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;
import org.springframework.validation.annotation.Validated;

/**
 * How deliveries are tried (requirements R10.2, X-5).
 *
 * @param standardWaits waits before each try of the policy {@code standard}; as many tries as waits. Lower bounds
 * @param extendedWaits the same of the policy {@code extended}
 * @param jitter largest share of a wait that is added at random, so that tries do not fall together
 * @param attemptTimeout time a receiver has for one try, from connecting to the end of its answer
 * @param connectTimeout part of that time for the connection
 * @param maxRetryAfter longest wait that a receiver can ask for with {@code Retry-After}
 * @param concurrency tries under way at once
 * @param concurrencyPerEndpoint tries under way at once to one endpoint
 * @param pollInterval how often due tries are looked for that another or an earlier process has left
 * @param leaseMargin after the attempt timeout and this time, a try that was not recorded is repeated
 * @param stopTimeout how long a stop waits for tries under way; those it cuts off are repeated after the next start
 * @param responseExcerpt how much of an answer is kept
 */
@Validated
@ConfigurationProperties("culvert.webhook.delivery")
record DeliveryProperties(
        @NotEmpty @DefaultValue({"0s", "60s", "300s", "900s"})
        List<Duration> standardWaits,

        @NotEmpty @DefaultValue({"1s", "5s", "30s", "300s", "3600s"})
        List<Duration> extendedWaits,

        @DecimalMin("0") @DecimalMax("0.1") @DefaultValue("0.05")
        double jitter,

        @DefaultValue("10s") Duration attemptTimeout,
        @DefaultValue("3s") Duration connectTimeout,
        @DefaultValue("1h") Duration maxRetryAfter,
        @Min(1) @DefaultValue("512") int concurrency,
        @Min(1) @DefaultValue("4") int concurrencyPerEndpoint,
        @DefaultValue("1s") Duration pollInterval,
        @DefaultValue("5s") Duration leaseMargin,
        @DefaultValue("8s") Duration stopTimeout,
        @DefaultValue("2KB") DataSize responseExcerpt) {
    DeliveryProperties {
        standardWaits = List.copyOf(standardWaits);
        extendedWaits = List.copyOf(extendedWaits);
    }

    Duration lease() {
        return attemptTimeout.plus(leaseMargin);
    }
}
