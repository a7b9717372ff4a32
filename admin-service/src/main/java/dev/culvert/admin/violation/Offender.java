package dev.culvert.admin.violation;

import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Instant;

/** One of those who run into limits most. */
record Offender(
        @Schema(description = "User id or client address", example = "203.0.113.7")
        String id,

        @Schema(example = "4200", description = "Refused calls")
        long calls,

        @Schema(example = "17", description = "Moments of refusal")
        long violations,

        Instant last) {}
