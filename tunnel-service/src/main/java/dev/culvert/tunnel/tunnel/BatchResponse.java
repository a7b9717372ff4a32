package dev.culvert.tunnel.tunnel;

import dev.culvert.contracts.problem.Problem;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What became of a batch.
 *
 * @param succeeded operations that were done
 * @param failed operations that were refused
 * @param results one for each operation, in their order
 */
record BatchResponse(
        @Schema(example = "9") int succeeded,
        @Schema(example = "1") int failed,
        List<BatchResult> results) {
    BatchResponse {
        results = List.copyOf(results);
    }

    /**
     * What became of one operation.
     *
     * @param status the HTTP status it would have had by itself
     * @param tunnel as it is now; absent after delete and for what failed
     * @param error why it failed
     */
    record BatchResult(
            @Schema(example = "200") int status,
            @Nullable TunnelResponse tunnel,
            @Nullable Problem error) {}
}
