package dev.culvert.auth.account;

import jakarta.validation.constraints.Min;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * How passwords are hashed.
 *
 * @param concurrentHashes hashes computed at once; 0 means one for each processor. More would only slow each other down
 * @param turnWait how long a request waits for its turn before it is answered 503
 * @param mostWaiting requests that may wait for their turn; the next one is answered 503 at once
 */
@Validated
@ConfigurationProperties("culvert.auth.password")
record PasswordProperties(
        @DefaultValue("0") @Min(0) int concurrentHashes,
        @DefaultValue("15s") Duration turnWait,
        @DefaultValue("200") @Min(1) int mostWaiting) {

    int permits() {
        return concurrentHashes > 0 ? concurrentHashes : Runtime.getRuntime().availableProcessors();
    }
}
