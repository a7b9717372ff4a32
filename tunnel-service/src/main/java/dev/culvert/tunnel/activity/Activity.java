package dev.culvert.tunnel.activity;

import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Instant;
import java.util.UUID;

/**
 * A command somebody gave (requirement R4.1c).
 *
 * @param status of the tunnel after the command
 */
public record Activity(
        UUID id,
        UUID userId,
        @Schema(example = "start") String action,
        @Schema(example = "connecting") String status,
        @Schema(example = "Waiting for an agent") String details,
        @Schema(example = "203.0.113.7") String ip,
        @Schema(example = "curl/8.5.0") String agent,
        Instant time) {}
