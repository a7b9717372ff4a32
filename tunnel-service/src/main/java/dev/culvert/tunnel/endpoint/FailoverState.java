package dev.culvert.tunnel.endpoint;

import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Which of a tunnel's endpoints carries it, and since when (requirement P2.3.1).
 *
 * @param primary the one that does when all do well
 * @param active the one that does now; null before the first agent came
 * @param picked the one a person chose, if one did
 * @param failedOver whether it is another than the primary
 * @param switchedAt when it last changed
 * @param reason why it did
 * @param queueSize requests that wait for an endpoint now, on the replica that answers
 */
public record FailoverState(
        @Schema(example = "workshop") @Nullable String primary,
        @Schema(example = "spare") @Nullable String active,
        @Nullable String picked,
        boolean failedOver,
        @Nullable Instant switchedAt,
        @Schema(example = "agent_offline") @Nullable String reason,
        @Schema(example = "0") int queueSize) {
    static FailoverState of(TunnelEndpoints tunnel, int waiting) {
        String primary = tunnel.primary().map(Endpoint::name).orElse(null);
        String active = tunnel.active().orElse(null);
        return new FailoverState(
                primary,
                active,
                tunnel.picked().orElse(null),
                active != null && !active.equals(primary),
                tunnel.switchedAt().orElse(null),
                tunnel.switchReason().isEmpty() ? null : tunnel.switchReason(),
                waiting);
    }
}
