package dev.culvert.tunnel.access;

import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Instant;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a share or link allows, and what of that was used in the day and month that run.
 *
 * @param day since midnight UTC
 * @param month since the first of the month, UTC
 */
@Schema(description = "What a share or link allows, and what was used of that.")
public record QuotaState(Quota limits, Used day, Used month) {

    /**
     * What was used within a period.
     *
     * @param bytes of bodies, both ways; about a second late
     * @param resetsAt when it begins anew
     */
    public record Used(
            @Schema(example = "128") long requests,
            @Schema(example = "40960") long bytes,
            Instant resetsAt) {}

    /** A limit that is reached. */
    record Reached(String limit, long allowed, Instant resetsAt) {}

    /** Of the limits that are reached the one that holds longest. */
    Optional<Reached> reached() {
        return Stream.of(
                        reached("requestsPerMonth", limits.requestsPerMonth(), month.requests, month.resetsAt),
                        reached("bytesPerMonth", limits.bytesPerMonth(), month.bytes, month.resetsAt),
                        reached("requestsPerDay", limits.requestsPerDay(), day.requests, day.resetsAt),
                        reached("bytesPerDay", limits.bytesPerDay(), day.bytes, day.resetsAt))
                .flatMap(Optional::stream)
                .findFirst();
    }

    private static Optional<Reached> reached(String limit, @Nullable Long allowed, long used, Instant resetsAt) {
        return Optional.ofNullable(allowed)
                .filter(most -> used >= most)
                .map(most -> new Reached(limit, most, resetsAt));
    }
}
