package dev.culvert.tunnel.share;

import io.swagger.v3.oas.annotations.media.Schema;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Asks to be let in to somebody's tunnel. */
record CreateAccessRequest(
        @Schema(description = "The tunnel's id, as its owner told you.") @NotNull
        UUID tunnelId,

        @Schema(allowableValues = {"viewer", "editor", "admin", "read", "write"})
        @NotNull
        @Pattern(regexp = CreateShareRequest.PERMISSION, message = CreateShareRequest.PERMISSION_RULE)
        String permission,

        @Schema(example = "I would like to try your model.") @Size(max = 1000) @Nullable
        String message) {}
