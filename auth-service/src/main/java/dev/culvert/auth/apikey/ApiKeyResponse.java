package dev.culvert.auth.apikey;

import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** A key as its owner sees it. {@code key}, the secret itself, is there once: in the answer to its creation. */
record ApiKeyResponse(
        UUID id,
        @Schema(example = "laptop agent") String name,
        String description,
        @Schema(example = "cvt_live_8fK2mQ9x") String prefix,

        @Schema(description = "the key itself, shown only now")
        Optional<String> key,

        List<String> scopes,
        List<String> allowedNetworks,

        @Schema(description = "calls a minute", example = "1000")
        int rateLimit,

        LimitsResponse limits,
        boolean isActive,
        Instant createdAt,
        Optional<Instant> expiresAt,
        Optional<Instant> revokedAt,
        Optional<Instant> lastUsedAt,

        @Schema(description = "whether the key is so old that another one should take its place")
        boolean rotationRequired,

        Optional<UUID> rotatedFromId,
        Optional<UUID> replacedById,
        Optional<Instant> rotatedAt,

        @Schema(description = "whether this key is still used though another one took its place")
        boolean usedSinceRotation) {

    record LimitsResponse(int hour, int day, Optional<Integer> month) {}

    static ApiKeyResponse of(ApiKey key, Optional<KeyText> secret, Duration rotateAfter, Instant now) {
        KeyTerms terms = key.terms();
        boolean active = key.isActive(now);
        return new ApiKeyResponse(
                key.id(),
                terms.name(),
                terms.description(),
                key.prefix(),
                secret.map(KeyText::value),
                terms.scopes().stream().sorted().toList(),
                terms.allowedNetworks(),
                terms.limits().minute(),
                new LimitsResponse(
                        terms.limits().hour(),
                        terms.limits().day(),
                        terms.limits().month()),
                active,
                key.createdAt(),
                terms.expiresAt(),
                key.revokedAt(),
                key.lastUsedAt(),
                active
                        && key.successor().isEmpty()
                        && !key.createdAt().plus(rotateAfter).isAfter(now),
                key.rotatedFromId(),
                key.successor().map(ApiKey.Successor::id),
                key.successor().map(ApiKey.Successor::since),
                key.usedSinceRotation());
    }

    /** Leaves the key out, so that it cannot get into a log. */
    @Override
    public String toString() {
        return "ApiKeyResponse[" + prefix + "]";
    }
}
