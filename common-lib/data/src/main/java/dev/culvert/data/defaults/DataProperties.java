package dev.culvert.data.defaults;

import jakarta.validation.constraints.AssertTrue;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMin;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * Where and how a service keeps its data.
 *
 * @param schema the service's own schema; its roles are {@code <schema>_owner}, {@code <schema>_app} and {@code
 *     <schema>_system}
 * @param poolMin connections kept open
 * @param poolMax connections open at most
 * @param statementTimeout a statement that runs longer is cancelled
 */
@Validated
@ConfigurationProperties("culvert.data")
public record DataProperties(
        @NotNull @Pattern(regexp = "[a-z][a-z0-9_]{0,47}") String schema,
        @Min(1) @DefaultValue("2") int poolMin,
        @Min(1) @Max(1000) @DefaultValue("20") int poolMax,

        @NotNull @DurationMin(millis = 100) @DefaultValue("10s")
        Duration statementTimeout) {

    @AssertTrue(message = "DB_POOL_MIN must not be above DB_POOL_MAX")
    boolean isPoolRangeValid() {
        return poolMin <= poolMax;
    }
}
