package dev.culvert.user.usage;

import io.swagger.v3.oas.annotations.media.Schema;
import java.time.LocalDate;
import java.util.List;

/** Calls of a period, by UTC day and endpoint (requirement S2.36); days and endpoints without any are left out. */
record UsageResponse(
        @Schema(example = "2026-11-01") LocalDate from,
        @Schema(example = "2026-11-22") LocalDate to,
        Figures total,
        List<DayFigures> days) {

    /** Sums over some calls. */
    record Figures(
            @Schema(example = "128") long calls,

            @Schema(example = "2", description = "Calls answered with 5xx, or not at all")
            long errors,

            @Schema(example = "40960") long bytesIn,
            @Schema(example = "1048576") long bytesOut,
            @Schema(example = "8.4") double averageDurationMillis) {

        static Figures of(long calls, long errors, long bytesIn, long bytesOut, long micros) {
            return new Figures(calls, errors, bytesIn, bytesOut, calls == 0 ? 0 : micros / 1_000.0 / calls);
        }
    }

    /** The calls of one day to one endpoint. */
    record DayFigures(
            @Schema(example = "2026-11-22") LocalDate date,
            @Schema(example = "GET") String method,
            @Schema(example = "/api/v1/tunnels/{id}") String endpoint,
            Figures figures) {}
}
