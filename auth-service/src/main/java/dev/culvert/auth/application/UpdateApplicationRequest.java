package dev.culvert.auth.application;

import io.swagger.v3.oas.annotations.media.Schema;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotEmpty;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The whole of what an owner can change; whether an application is confidential is settled at its creation. */
record UpdateApplicationRequest(
        @Schema(example = "Reading list")
        @NotBlank(message = "is required")
        @Size(max = 100, message = "has more than 100 characters")
        @Pattern(regexp = "[^\\x00-\\x1f\\x7f]*", message = "has control characters")
        String name,

        @Size(max = 20, message = "has more than 20 addresses") @Nullable
        List<String> redirectUris,

        @Size(max = 20, message = "has more than 20 addresses") @Nullable
        List<String> postLogoutRedirectUris,

        @NotEmpty(message = "needs at least one scope") Set<String> scopes,
        @Nullable Boolean trusted,
        @Nullable Boolean deviceFlow) {

    ApplicationSettings settings() {
        return new ApplicationSettings(
                name,
                Objects.requireNonNullElse(redirectUris, List.of()),
                Objects.requireNonNullElse(postLogoutRedirectUris, List.of()),
                scopes,
                Boolean.TRUE.equals(trusted),
                Boolean.TRUE.equals(deviceFlow));
    }
}
