package dev.culvert.auth.apikey;

import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** A key as its owner sees it. {@code key}, the secret itself, is there once: in the answer to its creation. */
record ApiKeyResponse(
        UUID id,
        @Schema(example = "laptop agent") String name,
        @Schema(example = "cvt_live_8fK2mQ9x") String prefix,

        @Schema(description = "the key itself, shown only now")
        Optional<String> key,

        List<String> scopes,
        boolean isActive,
        Instant createdAt,
        Optional<Instant> expiresAt,
        Optional<Instant> revokedAt,
        Optional<Instant> lastUsedAt) {

    static ApiKeyResponse of(ApiKey key, Instant now) {
        return of(key, Optional.empty(), now);
    }

    static ApiKeyResponse withSecret(ApiKey key, KeyText text, Instant now) {
        return of(key, Optional.of(text.value()), now);
    }

    private static ApiKeyResponse of(ApiKey key, Optional<String> secret, Instant now) {
        return new ApiKeyResponse(
                key.id(),
                key.name(),
                key.prefix(),
                secret,
                key.scopes().stream().sorted().toList(),
                key.isActive(now),
                key.createdAt(),
                key.expiresAt(),
                key.revokedAt(),
                key.lastUsedAt());
    }

    /** Leaves the key out, so that it cannot get into a log. */
    @Override
    public String toString() {
        return "ApiKeyResponse[" + prefix + "]";
    }
}
