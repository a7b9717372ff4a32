package dev.culvert.auth.passkey;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import io.swagger.v3.oas.annotations.media.Schema;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import org.jspecify.annotations.Nullable;

/**
 * A passkey's answer to a challenge as {@code PublicKeyCredential.toJSON} gives it: {@code AuthenticationResponseJSON} of
 * WebAuthn level 3, as far as it is used.
 */
@JsonIgnoreProperties(ignoreUnknown = true)
record AssertedCredential(
        @Schema(description = "which passkey, in base64url") @NotBlank(message = "is required")
        String id,

        @NotNull(message = "is required") @Valid AssertionResponse response) {

    @JsonIgnoreProperties(ignoreUnknown = true)
    record AssertionResponse(
            @Schema(description = "in base64url") @NotBlank(message = "is required")
            String clientDataJSON,

            @Schema(description = "in base64url") @NotBlank(message = "is required")
            String authenticatorData,

            @Schema(description = "in base64url") @NotBlank(message = "is required")
            String signature,

            @Schema(description = "whose passkey it is, in base64url") @Nullable
            String userHandle) {}

    /** Leaves all out, so that it cannot get into a log. */
    @Override
    public String toString() {
        return "AssertedCredential";
    }
}
