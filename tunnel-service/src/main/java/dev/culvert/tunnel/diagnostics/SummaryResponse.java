package dev.culvert.tunnel.diagnostics;

import io.swagger.v3.oas.annotations.media.Schema;
import java.util.List;

/**
 * How the caller's tunnels do; latest first, at most a hundred.
 *
 * @param hours what errors look back on
 */
record SummaryResponse(@Schema(example = "24") int hours, List<TunnelSummary> tunnels) {}
