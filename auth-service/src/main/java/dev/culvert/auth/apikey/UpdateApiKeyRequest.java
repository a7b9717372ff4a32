package dev.culvert.auth.apikey;

import io.swagger.v3.oas.annotations.media.Schema;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Future;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What is to change; what is left out stays. An expiry is taken away by PUT, which says everything anew. */
record UpdateApiKeyRequest(
        @Pattern(regexp = ".*\\S.*", message = "is empty")
        @Size(max = 100, message = "has more than 100 characters")
        @Pattern(regexp = "[^\\x00-\\x1f\\x7f]*", message = "has control characters")
        @Nullable
        String name,

        @Size(max = 500, message = "has more than 500 characters")
        @Pattern(regexp = "[^\\x00-\\x1f\\x7f]*", message = "has control characters")
        @Nullable
        String description,

        @Size(min = 1, message = "needs at least one scope") @Nullable
        Set<String> scopes,

        @Schema(description = "in place of scopes: read, write or both")
        @Size(min = 1, message = "needs at least one permission")
        @Nullable
        Set<String> permissions,

        @Future(message = "has passed already") @Nullable Instant expiresAt,

        @Schema(description = "milliseconds from now, in place of expiresAt")
        @Min(value = 1_000, message = "is below 1000")
        @Nullable
        Long expiresIn,

        @Schema(description = "networks the key may be used from; none means everywhere")
        @Size(max = 50, message = "has more than 50 networks")
        @Nullable
        List<String> allowedNetworks,

        @Schema(description = "calls a minute") @Min(value = 1, message = "is below 1") @Nullable
        Integer rateLimit,

        @Valid @Nullable KeyLimitsRequest limits) {

    KeyTerms changed(KeyTerms present, Instant now) {
        return new KeyTerms(
                Objects.requireNonNullElse(name, present.name()),
                Objects.requireNonNullElse(description, present.description()),
                RequestedTerms.scopes(scopes, permissions).orElse(present.scopes()),
                Objects.requireNonNullElse(allowedNetworks, present.allowedNetworks()),
                KeyLimitsRequest.applied(rateLimit, limits, present.limits()),
                RequestedTerms.expiry(expiresAt, expiresIn, now).or(present::expiresAt));
    }
}
