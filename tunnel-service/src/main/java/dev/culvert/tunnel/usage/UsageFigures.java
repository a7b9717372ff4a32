package dev.culvert.tunnel.usage;

import io.swagger.v3.oas.annotations.media.Schema;

/**
 * What went through tunnels in some time (requirements R4.9, P2.5.1).
 *
 * @param errors requests that ended with a 5xx status, were cut off or timed out
 * @param bytesIn body bytes from callers to local services
 * @param bytesOut body bytes from local services to callers
 * @param averageLatencyMillis of the requests that ended
 * @param peakLatencyMillis of the longest of them
 * @param peakRequests most requests of one tunnel at once on one replica
 * @param promptTokens tokens of questions to language models, where their answers tell
 * @param completionTokens tokens of their answers
 */
public record UsageFigures(
        @Schema(example = "128") long requests,
        @Schema(example = "126") long successes,
        @Schema(example = "2") long errors,
        @Schema(example = "40960") long bytesIn,
        @Schema(example = "1048576") long bytesOut,
        @Schema(example = "84.5") double averageLatencyMillis,
        @Schema(example = "2310") long peakLatencyMillis,
        @Schema(example = "12") int peakRequests,
        @Schema(example = "5120") long promptTokens,
        @Schema(example = "20480") long completionTokens) {

    /** Nothing at all. */
    public static final UsageFigures NONE = new UsageFigures(0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
}
