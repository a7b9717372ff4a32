package dev.culvert.tunnel.inspector;

import io.swagger.v3.oas.annotations.media.Schema;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How to send a request again.
 *
 * @param headers set in place of those of the same name; credentials of the local service belong here, since none are kept
 */
record ReplayRequest(
        @Schema(example = "{\"Authorization\": \"Bearer local\"}") @Size(max = 50) @Nullable
        Map<@Size(min = 1, max = 100) String, @NotNull(message = "is required") @Size(max = 8192) String> headers) {}
