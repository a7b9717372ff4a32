package dev.culvert.tunnel.history;

import dev.culvert.tunnel.usage.UsageFigures;
import io.swagger.v3.oas.annotations.media.Schema;
import java.time.LocalDate;
import java.util.List;

/**
 * What a user used of all tunnels, their own and others' (requirements R4.9, P2.5.2).
 *
 * @param before as many days right before {@code from}
 * @param trend from {@code before} to {@code total}
 * @param groups days in order, or tunnels with most requests first
 */
record UserReportResponse(
        @Schema(example = "2026-11-01") LocalDate from,
        @Schema(example = "2026-11-22") LocalDate to,
        UsageFigures total,
        UsageFigures before,
        Trend trend,
        List<Group> groups) {

    /** By what the figures are told apart. */
    enum By {
        DAY,
        TUNNEL
    }

    /**
     * Figures of a group.
     *
     * @param key the day, or the tunnel's id
     */
    record Group(@Schema(example = "2026-11-22") String key, UsageFigures figures) {}
}
