package dev.culvert.tunnel.tunnel;

import io.swagger.v3.oas.annotations.media.Schema;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import org.jspecify.annotations.Nullable;

/** What is to change of a tunnel: a field that is left out stays as it is (PATCH). An empty description removes it. */
record PatchTunnelRequest(
        @Schema(example = "ollama")
        @Size(min = 1, max = 255)
        @Pattern(regexp = CreateTunnelRequest.NAME, message = CreateTunnelRequest.NAME_RULE)
        @Nullable
        String name,

        @Schema(example = "The model server under my desk") @Size(max = 2000) @Nullable
        String description,

        @Valid @Nullable TunnelConfig config) {}
