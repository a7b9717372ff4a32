package dev.culvert.tunnel.history;

import dev.culvert.tunnel.usage.UsageHistory;
import io.swagger.v3.oas.annotations.media.Schema;
import java.time.LocalDate;
import java.util.List;
import java.util.UUID;

/** Who used a tunnel, most requests first (requirement P2.5.2). */
record UsersUsageResponse(
        UUID tunnelId,
        @Schema(example = "2026-11-01") LocalDate from,
        @Schema(example = "2026-11-22") LocalDate to,
        List<UsageHistory.ByUser> users) {}
