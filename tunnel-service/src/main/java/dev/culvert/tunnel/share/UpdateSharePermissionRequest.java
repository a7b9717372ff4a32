package dev.culvert.tunnel.share;

import io.swagger.v3.oas.annotations.media.Schema;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What a share is to allow from now on, and until when (PUT: without an end it never ends by itself). */
record UpdateSharePermissionRequest(
        @Schema(allowableValues = {"viewer", "editor", "admin", "read", "write"})
        @NotNull
        @Pattern(regexp = CreateShareRequest.PERMISSION, message = CreateShareRequest.PERMISSION_RULE)
        String permission,

        @Nullable Instant expiresAt) {}
