package dev.culvert.tunnel.access;

import io.swagger.v3.oas.annotations.media.Schema;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * How much may be used by a share or link; what is absent is not limited. Days and months are those of UTC. Bytes are those of
 * bodies, both ways.
 */
@Schema(
        description =
                "How much may be used by a share or link, in UTC days and months; what is left out is not limited.")
public record Quota(
        @Schema(example = "1000") @Min(1) @Max(MOST) @Nullable
        Long requestsPerDay,

        @Schema(example = "20000") @Min(1) @Max(MOST) @Nullable
        Long requestsPerMonth,

        @Schema(description = "Of bodies, both ways.", example = "104857600") @Min(1) @Max(MOST) @Nullable
        Long bytesPerDay,

        @Schema(description = "Of bodies, both ways.", example = "1073741824") @Min(1) @Max(MOST) @Nullable
        Long bytesPerMonth) {
    private static final long MOST = 1_000_000_000_000_000L;

    /** No limit at all. */
    public static final Quota NONE = new Quota(null, null, null, null);

    /** Whether there is any limit. */
    public boolean limits() {
        return Stream.of(requestsPerDay, requestsPerMonth, bytesPerDay, bytesPerMonth)
                .anyMatch(Objects::nonNull);
    }

    /** Whether this allows no more than the other, in any respect. */
    public boolean within(Quota other) {
        return within(requestsPerDay, other.requestsPerDay)
                && within(requestsPerMonth, other.requestsPerMonth)
                && within(bytesPerDay, other.bytesPerDay)
                && within(bytesPerMonth, other.bytesPerMonth);
    }

    private static boolean within(@Nullable Long limit, @Nullable Long other) {
        return other == null || (limit != null && limit <= other);
    }
}
