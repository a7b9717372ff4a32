package dev.culvert.tunnel.access;

import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Something that others than the owner did with a tunnel.
 *
 * @param userId who; absent for visitors without account
 * @param grantedBy share, link, tenant or public
 * @param grantId id of the share or link
 * @param permission the role they had
 * @param calls equal calls within about a second
 */
record AccessLogEntry(
        UUID id,
        @Nullable UUID userId,

        @Schema(allowableValues = {"share", "link", "tenant", "public"})
        String grantedBy,

        @Nullable UUID grantId,

        @Schema(allowableValues = {"viewer", "editor", "admin"})
        String permission,

        @Schema(example = "use") String action,
        @Schema(example = "203.0.113.7") String ip,
        @Schema(example = "curl/8.5.0") String agent,
        @Schema(example = "1") int calls,
        Instant time) {}
