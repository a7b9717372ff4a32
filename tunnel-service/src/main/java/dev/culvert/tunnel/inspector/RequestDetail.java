package dev.culvert.tunnel.inspector;

import dev.culvert.tunnel.inspector.Timeline.Chunk;
import dev.culvert.tunnel.session.TrafficMeter.Hops;
import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A kept request with everything that is kept of it.
 *
 * @param hops where the time went, in milliseconds
 * @param timeline when which piece of a body passed; the first pieces only, when there were many
 * @param replayable whether it can be sent again
 */
record RequestDetail(
        RequestSummary request,
        HopMillis hops,
        List<Header> requestHeaders,
        BodyView requestBody,
        List<Header> responseHeaders,
        BodyView responseBody,
        List<Chunk> timeline,
        boolean replayable) {

    /**
     * Milliseconds of each hop; absent where the request did not get.
     *
     * @param checks who calls, and which tunnel is meant
     * @param queue until a stream to the agent was open
     * @param answer until the head of the answer: link, agent and local service
     * @param local the local service's part of {@code answer}, as its agent measured it
     * @param body from the head of the answer to its end
     */
    record HopMillis(
            @Schema(example = "0.4") double checks,
            @Schema(example = "0.1") @Nullable Double queue,
            @Schema(example = "81.7") @Nullable Double answer,
            @Schema(example = "80.9") @Nullable Double local,
            @Schema(example = "2.0") @Nullable Double body) {

        static HopMillis of(Hops hops) {
            return new HopMillis(
                    millis(hops.checks()),
                    millis(hops.queue()),
                    millis(hops.answer()),
                    millis(hops.local()),
                    millis(hops.body()));
        }

        private static @Nullable Double millis(Optional<Duration> duration) {
            return duration.map(HopMillis::millis).orElse(null);
        }

        private static double millis(Duration duration) {
            return Math.round(duration.toNanos() / 1e3) / 1e3;
        }
    }

    static RequestDetail of(CapturedRequest request, int decodedLimitBytes) {
        return new RequestDetail(
                RequestSummary.of(request),
                HopMillis.of(request.traffic().course().hops()),
                request.requestHeaders(),
                BodyView.of(request.requestBody(), request.requestHeaders(), decodedLimitBytes),
                request.answerHeaders(),
                BodyView.of(request.answerBody(), request.answerHeaders(), decodedLimitBytes),
                request.timeline(),
                request.isReplayable());
    }
}
