package dev.culvert.tunnel.share;

import dev.culvert.tunnel.access.TunnelName;
import io.swagger.v3.oas.annotations.media.Schema;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import org.jspecify.annotations.Nullable;

/** Under which name to take a tunnel. */
record AcceptTransferRequest(
        @Schema(description = "The one it has unless set.", example = "ollama-2")
        @Size(min = 1, max = TunnelName.MAX_LENGTH)
        @Pattern(regexp = TunnelName.PATTERN, message = TunnelName.RULE)
        @Nullable
        String name) {}
