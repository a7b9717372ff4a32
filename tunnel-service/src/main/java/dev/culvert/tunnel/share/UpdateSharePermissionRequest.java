package dev.culvert.tunnel.share;

import dev.culvert.tunnel.access.Quota;
import io.swagger.v3.oas.annotations.media.Schema;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What a share is to allow from now on, until when and how much (PUT: without an end it never ends, without a quota it has none). */
record UpdateSharePermissionRequest(
        @Schema(allowableValues = {"viewer", "editor", "admin", "read", "write"})
        @NotNull
        @Pattern(regexp = CreateShareRequest.PERMISSION, message = CreateShareRequest.PERMISSION_RULE)
        String permission,

        @Nullable Instant expiresAt,
        @Valid @Nullable Quota quota) {}
