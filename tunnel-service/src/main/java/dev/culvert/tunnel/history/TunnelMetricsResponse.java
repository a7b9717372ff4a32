package dev.culvert.tunnel.history;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import dev.culvert.tunnel.usage.ReportedUsage;
import dev.culvert.tunnel.usage.UsageTotals;
import java.util.UUID;

/**
 * Sums over all requests of a tunnel, of all replicas (requirement R4.6).
 *
 * @param reported what was reported by agents and clients, never part of the other figures
 */
record TunnelMetricsResponse(UUID tunnelId, @JsonUnwrapped UsageTotals measured, ReportedUsage.Sums reported) {}
