package dev.culvert.tunnel.tunnel;

import io.swagger.v3.oas.annotations.media.Schema;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import org.jspecify.annotations.Nullable;

/** What a tunnel is to be: a field that is left out takes its default (PUT). */
record UpdateTunnelRequest(
        @Schema(example = "ollama")
        @NotNull
        @Size(min = 1, max = 255)
        @Pattern(regexp = CreateTunnelRequest.NAME, message = CreateTunnelRequest.NAME_RULE)
        String name,

        @Schema(example = "The model server under my desk") @Size(max = 2000) @Nullable
        String description,

        @Valid @Nullable TunnelConfig config) {}
