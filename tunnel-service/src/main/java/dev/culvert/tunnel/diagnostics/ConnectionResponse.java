package dev.culvert.tunnel.diagnostics;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * An agent connection that is or was (requirement P2.4.7).
 *
 * @param health {@code usable}, {@code suspect} (the agent owes an answer), {@code draining} (no new requests), {@code open}
 *     (on another replica than the one that answers), {@code ended}
 * @param requests under way; absent unless the answering replica holds the connection
 * @param maxRequests most requests the agent takes on it at once; absent likewise
 * @param errors failed requests it carried, latest first; empty in lists
 */
record ConnectionResponse(
        UUID id,

        @Schema(allowableValues = {"usable", "suspect", "draining", "open", "ended"})
        String health,

        @Schema(example = "k3v9q2m1") String agentInstance,
        @Schema(example = "0.1.0") String agentVersion,
        @Schema(example = "203.0.113.7") String remoteAddress,
        @Schema(example = "tunnel-0") String replica,
        Instant connectedAt,
        @Nullable Instant endedAt,
        @Schema(example = "3") @Nullable Integer requests,
        @Schema(example = "255") @Nullable Long maxRequests,
        @JsonInclude(JsonInclude.Include.NON_EMPTY) List<RequestError> errors) {}
