package dev.culvert.auth.apikey;

import io.swagger.v3.oas.annotations.media.Schema;
import jakarta.validation.constraints.Future;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotEmpty;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

record CreateApiKeyRequest(
        @Schema(example = "laptop agent")
        @NotBlank(message = "is required")
        @Size(max = 100, message = "has more than 100 characters")
        @Pattern(regexp = "\\P{Cntrl}*", message = "has control characters")
        String name,

        @Schema(example = "[\"tunnels:connect\", \"tunnels:use\"]") @NotEmpty(message = "needs at least one scope")
        Set<String> scopes,

        @Schema(description = "none means it stays valid until revoked", example = "2027-01-01T00:00:00Z")
        @Future(message = "has passed already")
        @Nullable
        Instant expiresAt) {

    Optional<Instant> expiry() {
        return Optional.ofNullable(expiresAt);
    }
}
