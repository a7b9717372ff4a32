package dev.culvert.auth.apikey;

import io.swagger.v3.oas.annotations.media.Schema;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Future;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** All about a key that its owner says; what is left out has its usual value. Also replaces the terms of an existing key. */
record CreateApiKeyRequest(
        @Schema(example = "laptop agent")
        @NotBlank(message = "is required")
        @Size(max = 100, message = "has more than 100 characters")
        @Pattern(regexp = "[^\\x00-\\x1f\\x7f]*", message = "has control characters")
        String name,

        @Size(max = 500, message = "has more than 500 characters")
        @Pattern(regexp = "[^\\x00-\\x1f\\x7f]*", message = "has control characters")
        @Nullable
        String description,

        @Schema(example = "[\"tunnels:connect\", \"tunnels:use\"]")
        @Size(min = 1, message = "needs at least one scope")
        @Nullable
        Set<String> scopes,

        @Schema(description = "in place of scopes: read, write or both", example = "[\"read\"]")
        @Size(min = 1, message = "needs at least one permission")
        @Nullable
        Set<String> permissions,

        @Schema(description = "none means it stays valid until revoked", example = "2027-01-01T00:00:00Z")
        @Future(message = "has passed already")
        @Nullable
        Instant expiresAt,

        @Schema(description = "milliseconds from now, in place of expiresAt", example = "3600000")
        @Min(value = 1_000, message = "is below 1000")
        @Nullable
        Long expiresIn,

        @Schema(
                description = "networks the key may be used from; none means everywhere",
                example = "[\"203.0.113.0/24\"]")
        @Size(max = 50, message = "has more than 50 networks")
        @Nullable
        List<String> allowedNetworks,

        @Schema(description = "calls a minute", example = "1000") @Min(value = 1, message = "is below 1") @Nullable
        Integer rateLimit,

        @Valid @Nullable KeyLimitsRequest limits) {

    KeyTerms terms(Instant now) {
        return new KeyTerms(
                name,
                Objects.requireNonNullElse(description, ""),
                RequestedTerms.scopes(scopes, permissions).orElse(Set.of()),
                Objects.requireNonNullElse(allowedNetworks, List.of()),
                KeyLimitsRequest.applied(rateLimit, limits, KeyLimits.USUAL),
                RequestedTerms.expiry(expiresAt, expiresIn, now));
    }
}
