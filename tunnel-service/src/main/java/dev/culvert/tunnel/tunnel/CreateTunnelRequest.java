package dev.culvert.tunnel.tunnel;

import dev.culvert.tunnel.access.TunnelName;
import io.swagger.v3.oas.annotations.media.Schema;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import org.jspecify.annotations.Nullable;

/**
 * A tunnel to make.
 *
 * @param name unique among the caller's tunnels; a segment of its public path, so without slashes
 */
record CreateTunnelRequest(
        @Schema(example = "ollama") @NotNull @Size(min = 1, max = 255) @Pattern(regexp = NAME, message = NAME_RULE)
        String name,

        @Schema(example = "The model server under my desk") @Size(max = 2000) @Nullable
        String description,

        @Valid @Nullable TunnelConfig config) {

    static final String NAME = TunnelName.PATTERN;
    static final String NAME_RULE = TunnelName.RULE;
}
