package dev.culvert.auth.apikey;

import jakarta.validation.constraints.Min;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Limits beside {@code rateLimit}, which is the one of a minute; what is left out stays as it is. */
record KeyLimitsRequest(
        @Min(value = 1, message = "is below 1") @Nullable Integer hour,
        @Min(value = 1, message = "is below 1") @Nullable Integer day,
        @Min(value = 1, message = "is below 1") @Nullable Integer month) {

    /** What a request means for the present limits. */
    static KeyLimits applied(@Nullable Integer rateLimit, @Nullable KeyLimitsRequest others, KeyLimits present) {
        int minute = Objects.requireNonNullElse(rateLimit, present.minute());
        if (others == null) {
            return new KeyLimits(minute, present.hour(), present.day(), present.month());
        }
        return new KeyLimits(
                minute,
                Objects.requireNonNullElse(others.hour, present.hour()),
                Objects.requireNonNullElse(others.day, present.day()),
                Optional.ofNullable(others.month).or(present::month));
    }
}
