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

record CreateApplicationRequest(
        @Schema(example = "Reading list")
        @NotBlank(message = "is required")
        @Size(max = 100, message = "has more than 100 characters")
        @Pattern(regexp = "[^\\x00-\\x1f\\x7f]*", message = "has control characters")
        String name,

        @Schema(
                description = "where users come back to, compared exactly",
                example = "[\"https://example.org/callback\"]")
        @Size(max = 20, message = "has more than 20 addresses")
        @Nullable
        List<String> redirectUris,

        @Schema(description = "where a browser may go after signing out")
        @Size(max = 20, message = "has more than 20 addresses")
        @Nullable
        List<String> postLogoutRedirectUris,

        @Schema(example = "[\"openid\", \"tunnels:read\"]") @NotEmpty(message = "needs at least one scope")
        Set<String> scopes,

        @Schema(description = "whether it can keep a secret, as a program on a server can; then it gets one") @Nullable
        Boolean confidential,

        @Schema(description = "whether users are not asked for consent; administrators only") @Nullable
        Boolean trusted,

        @Schema(description = "whether it may use the device flow") @Nullable
        Boolean deviceFlow) {

    ApplicationSettings settings() {
        return new ApplicationSettings(
                name,
                Objects.requireNonNullElse(redirectUris, List.of()),
                Objects.requireNonNullElse(postLogoutRedirectUris, List.of()),
                scopes,
                Boolean.TRUE.equals(trusted),
                Boolean.TRUE.equals(deviceFlow));
    }

    boolean isConfidential() {
        return Boolean.TRUE.equals(confidential);
    }
}
