package dev.culvert.auth.account;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * How passwords are hashed.
 *
 * @param bcryptCost logarithm of the rounds of bcrypt for new hashes, 8 to 16: one more doubles the time of every sign-in,
 *     and less than 10 is for tests alone, which the log says at each start.
 *     A hash of another cost is replaced at the next sign-in of its owner; until then its check takes another time than that
 *     of an unknown name, so change it rarely
 * @param concurrentHashes hashes computed at once; 0 means one for each processor. More would only slow each other down
 * @param turnWait how long a request waits for its turn before it is answered 503
 * @param mostWaiting requests that may wait for their turn; the next one is answered 503 at once
 */
@Validated
@ConfigurationProperties("culvert.auth.password")
record PasswordProperties(
        @DefaultValue("12") @Min(8) @Max(16) int bcryptCost,
        @DefaultValue("0") @Min(0) int concurrentHashes,
        @DefaultValue("3s") Duration turnWait,
        @DefaultValue("200") @Min(1) int mostWaiting) {

    /** Too little against somebody who has stolen the hashes. */
    boolean isForTestsAlone() {
        return bcryptCost < 10;
    }

    int permits() {
        return concurrentHashes > 0 ? concurrentHashes : Runtime.getRuntime().availableProcessors();
    }
}
