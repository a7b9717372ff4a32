package dev.culvert.auth.application;

import io.swagger.v3.oas.annotations.media.Schema;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

record RotateSecretRequest(
        @Schema(
                description = "how long the old secret stays valid; 0, as when left out, ends it at once",
                example = "86400")
        @Min(value = 0, message = "is negative")
        @Max(value = 30 * 24 * 3600, message = "is longer than 30 days")
        @Nullable
        Long overlapSeconds) {

    static final RotateSecretRequest AT_ONCE = new RotateSecretRequest(null);

    Optional<Duration> overlap() {
        return Optional.ofNullable(overlapSeconds).map(Duration::ofSeconds).filter(Duration::isPositive);
    }
}
