package dev.culvert.tunnel.tunnel;

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

    /** No slash, backslash or control character, no blank at either end, neither {@code .} nor {@code ..}. */
    static final String NAME = "(?!\\.{1,2}$)(?!\\s)[^/\\\\\\p{Cntrl}]*(?<!\\s)";

    static final String NAME_RULE =
            "must have no slash, backslash or control character, must not begin or end with a blank, and not be . or ..";
}
