package dev.culvert.tunnel.share;

import dev.culvert.tunnel.access.QuotaState;
import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A link to a tunnel.
 *
 * @param token the secret; only in the answer that creates it
 * @param path where requests with the token go; likewise
 * @param maxUses requests that may come by it; absent for any number
 * @param uses requests that came
 * @param quota what may be used by it, and what was
 */
record ShareTokenResponse(
        UUID id,
        UUID tunnelId,
        @Nullable String token,

        @Schema(example = "/t/0197…/?share=cvs_…") @Nullable String path,

        @Schema(allowableValues = {"viewer", "editor", "admin"})
        String permission,

        String description,
        UUID createdBy,
        Instant createdAt,
        Instant expiresAt,
        @Nullable Integer maxUses,
        int uses,
        @Nullable Instant lastUsedAt,
        QuotaState quota) {

    ShareTokenResponse withSecret(String secret) {
        return new ShareTokenResponse(
                id,
                tunnelId,
                secret,
                "/t/" + tunnelId + "/?share=" + secret,
                permission,
                description,
                createdBy,
                createdAt,
                expiresAt,
                maxUses,
                uses,
                lastUsedAt,
                quota);
    }

    /** Without the secret. */
    @Override
    public String toString() {
        return "ShareTokenResponse[" + id + "]";
    }
}
