package dev.culvert.tunnel.share;

import dev.culvert.tunnel.access.Quota;
import io.swagger.v3.oas.annotations.media.Schema;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import org.jspecify.annotations.Nullable;

/** A link to make (requirement R4.8a). */
record CreateShareTokenRequest(
        @Schema(
                description = "What somebody with an account gets who redeems the link; viewer unless set.",
                allowableValues = {"viewer", "editor", "admin", "read", "write"})
        @Pattern(regexp = CreateShareRequest.PERMISSION, message = CreateShareRequest.PERMISSION_RULE)
        @Nullable
        String permission,

        @Schema(description = "24 unless set.", example = "24") @Min(1) @Max(8_760) @Nullable
        Integer expiresInHours,

        @Schema(description = "Requests that may come by it; any number unless set.", example = "100")
        @Min(1)
        @Max(1_000_000_000)
        @Nullable
        Integer maxUses,

        @Schema(example = "For the demo on Friday") @Size(max = 200) @Nullable
        String description,

        @Valid @Nullable Quota quota) {

    static final int DEFAULT_HOURS = 24;
}
