package dev.culvert.tunnel.inspector;

import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.tunnel.session.TrafficMeter.Traffic;
import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Instant;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A kept request in a line.
 *
 * @param path as the local service saw it, secret parameters redacted
 * @param outcome how it ended
 * @param problem what the caller was told instead of the local service's answer
 * @param connectionId agent connection that carried it
 * @param userId who sent it
 */
record RequestSummary(
        UUID id,
        Instant startedAt,
        @Schema(example = "POST") String method,
        @Schema(example = "/v1/chat/completions") String path,

        @Schema(allowableValues = {"http/1.1", "websocket"}) String protocol,

        @Schema(example = "200") int status,

        @Schema(allowableValues = {"completed", "refused", "caller_gone", "cut_off", "timed_out"})
        String outcome,

        @Schema(example = "TARGET_UNREACHABLE") @Nullable String problem,
        @Schema(example = "84.2") double durationMillis,
        @Schema(example = "312") long bytesIn,
        @Schema(example = "2048") long bytesOut,
        @Schema(example = "5f1c0a527d2f4f0b") String correlationId,
        @Nullable UUID connectionId,
        UUID userId) {

    static RequestSummary of(CapturedRequest request) {
        Traffic traffic = request.traffic();
        return new RequestSummary(
                request.id(),
                traffic.startedAt(),
                traffic.method(),
                Redaction.path(request.path()),
                traffic.course().protocol().wireName(),
                traffic.status(),
                traffic.outcome().name().toLowerCase(Locale.ROOT),
                traffic.course().problem().map(ProblemCode::name).orElse(null),
                traffic.duration().toNanos() / 1e6,
                traffic.bytesIn(),
                traffic.bytesOut(),
                traffic.course().correlationId(),
                traffic.course().sessionId().orElse(null),
                traffic.userId());
    }
}
