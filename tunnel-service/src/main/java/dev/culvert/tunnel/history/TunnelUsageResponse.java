package dev.culvert.tunnel.history;

import dev.culvert.tunnel.usage.ReportedUsage;
import dev.culvert.tunnel.usage.UsageDay;
import io.swagger.v3.oas.annotations.media.Schema;
import java.time.LocalDate;
import java.util.List;
import java.util.UUID;

/**
 * Use of a tunnel (requirements R4.9, P2.5.1); periods without any are left out. The latest bytes appear about a second
 * after they moved.
 *
 * @param days the same by day with the agents' connections; empty unless days are asked for
 * @param periods a week or month at either end has the days from {@code from} to {@code to} only
 * @param reported what was reported by agents and clients, never part of the other figures
 */
record TunnelUsageResponse(
        UUID tunnelId,
        @Schema(example = "2026-11-01") LocalDate from,
        @Schema(example = "2026-11-22") LocalDate to,

        @Schema(allowableValues = {"hour", "day", "week", "month"})
        String granularity,

        List<UsageDay> days,
        List<UsagePeriod> periods,
        ReportedUsage.Sums reported) {}
