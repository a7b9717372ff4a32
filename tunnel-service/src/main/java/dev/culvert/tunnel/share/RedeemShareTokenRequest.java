package dev.culvert.tunnel.share;

import io.swagger.v3.oas.annotations.media.Schema;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;

/** A link to make one's own share of. */
record RedeemShareTokenRequest(
        @Schema(example = "cvs_…") @NotNull @Size(min = 1, max = 100)
        String token) {
    @Override
    public String toString() {
        return "RedeemShareTokenRequest[...]";
    }
}
