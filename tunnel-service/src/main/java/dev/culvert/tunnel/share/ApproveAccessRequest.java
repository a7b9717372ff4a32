package dev.culvert.tunnel.share;

import dev.culvert.tunnel.access.Quota;
import io.swagger.v3.oas.annotations.media.Schema;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Pattern;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** On which terms somebody is let in; what is left out is as they asked, without an end or a quota. */
record ApproveAccessRequest(
        @Schema(allowableValues = {"viewer", "editor", "admin", "read", "write"})
        @Pattern(regexp = CreateShareRequest.PERMISSION, message = CreateShareRequest.PERMISSION_RULE)
        @Nullable
        String permission,

        @Nullable Instant expiresAt,
        @Valid @Nullable Quota quota) {}
