package dev.culvert.admin.violation;

import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** How often somebody was refused, in the time violations are kept. */
record ViolationStatistics(
        @Schema(example = "42", description = "Refused calls")
        long calls,

        @Schema(example = "3", description = "Moments of refusal")
        long violations,

        Optional<Instant> first,
        Optional<Instant> last,
        List<ByType> byType) {

    /** Of one limit. */
    record ByType(
            @Schema(example = "user-minute") String type,
            @Schema(example = "42") long calls) {}
}
