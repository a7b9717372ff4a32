package dev.culvert.tunnel.history;

import dev.culvert.tunnel.usage.UsageHistory;
import io.swagger.v3.oas.annotations.media.Schema;
import java.time.LocalDate;
import java.util.List;
import java.util.UUID;

/**
 * When a tunnel is used most.
 *
 * @param busiest the hours with most requests
 * @param hoursOfDay all days together by hour of the day in UTC; hours without any use are left out
 */
record UsagePeaksResponse(
        UUID tunnelId,
        @Schema(example = "2026-11-01") LocalDate from,
        @Schema(example = "2026-11-22") LocalDate to,
        List<UsagePeriod> busiest,
        List<UsageHistory.ByHourOfDay> hoursOfDay) {}
