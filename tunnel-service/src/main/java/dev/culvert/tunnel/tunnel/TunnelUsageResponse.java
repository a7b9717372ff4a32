package dev.culvert.tunnel.tunnel;

import dev.culvert.tunnel.usage.UsageDay;
import io.swagger.v3.oas.annotations.media.Schema;
import java.time.LocalDate;
import java.util.List;
import java.util.UUID;

/**
 * Use of a tunnel day by day (requirement R4.9); days without any are left out. The latest requests appear about a second
 * after they ended.
 */
record TunnelUsageResponse(
        UUID tunnelId,
        @Schema(example = "2026-11-01") LocalDate from,
        @Schema(example = "2026-11-22") LocalDate to,
        List<UsageDay> days) {}
