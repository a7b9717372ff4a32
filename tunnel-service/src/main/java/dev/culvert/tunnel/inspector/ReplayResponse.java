package dev.culvert.tunnel.inspector;

import io.swagger.v3.oas.annotations.media.Schema;
import java.util.List;

/**
 * What became of a request that was sent again.
 *
 * @param correlationId of the new request, by which the inspector and the logs have it
 * @param sameStatus whether the status is that of the first time
 * @param sameBody whether the body is that of the first time, as far as both are known
 */
record ReplayResponse(
        @Schema(example = "replay-5f1c0a52") String correlationId,
        @Schema(example = "200") int status,
        @Schema(example = "91.4") double durationMillis,
        List<Header> headers,
        BodyView body,
        boolean sameStatus,
        boolean sameBody) {}
