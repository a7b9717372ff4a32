package dev.culvert.tunnel.share;

import dev.culvert.tunnel.access.Quota;
import io.swagger.v3.oas.annotations.media.Schema;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Whom to share a tunnel with; either {@code user} or {@code team}.
 *
 * @param user id, user name or mail address of a person
 * @param team id of a tenant: everybody in it
 */
record CreateShareRequest(
        @Schema(description = "Id, user name or mail address of a person.", example = "ada")
        @Size(min = 1, max = 320)
        @Nullable
        String user,

        @Schema(description = "Id of a tenant, in place of user: everybody in it.") @Nullable
        UUID team,

        @Schema(
                description = "viewer (or read), editor (or write), admin.",
                allowableValues = {"viewer", "editor", "admin", "read", "write"})
        @NotNull
        @Pattern(regexp = PERMISSION, message = PERMISSION_RULE)
        String permission,

        @Schema(description = "When it ends by itself; never unless set.") @Nullable
        Instant expiresAt,

        @Valid @Nullable Quota quota) {

    static final String PERMISSION = "viewer|editor|admin|read|write";
    static final String PERMISSION_RULE = "must be viewer, editor, admin, read or write";
}
