package dev.culvert.tunnel.usage;

import io.swagger.v3.oas.annotations.media.Schema;
import java.time.LocalDate;

/**
 * Use of a tunnel on one UTC day, all callers together (requirement R4.9).
 *
 * @param bytesIn body bytes from callers to the local service
 * @param bytesOut body bytes from the local service to callers
 * @param connections agent connections that were opened
 * @param peakConnections most agent connections open at once
 * @param averageDurationMillis of a request
 * @param peakRequests most requests at once on one replica
 * @param promptTokens tokens of questions to a language model, where its answers tell
 * @param completionTokens tokens of its answers
 */
public record UsageDay(
        @Schema(example = "2026-11-22") LocalDate date,
        @Schema(example = "128") long requests,
        @Schema(example = "126") long successes,
        @Schema(example = "2") long errors,
        @Schema(example = "40960") long bytesIn,
        @Schema(example = "1048576") long bytesOut,
        @Schema(example = "3") long connections,
        @Schema(example = "2") int peakConnections,
        @Schema(example = "84") long averageDurationMillis,
        @Schema(example = "12") int peakRequests,
        @Schema(example = "5120") long promptTokens,
        @Schema(example = "20480") long completionTokens) {}
