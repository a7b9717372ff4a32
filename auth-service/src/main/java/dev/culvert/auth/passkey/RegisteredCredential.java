package dev.culvert.auth.passkey;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import io.swagger.v3.oas.annotations.media.Schema;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A new passkey as {@code PublicKeyCredential.toJSON} gives it: {@code RegistrationResponseJSON} of WebAuthn level 3, as far
 * as it is used.
 */
@JsonIgnoreProperties(ignoreUnknown = true)
record RegisteredCredential(
        @Schema(example = "public-key") @Pattern(regexp = "public-key", message = "is not public-key") @Nullable
        String type,

        @NotNull(message = "is required") @Valid AttestationResponse response) {

    @JsonIgnoreProperties(ignoreUnknown = true)
    record AttestationResponse(
            @Schema(description = "in base64url") @NotBlank(message = "is required")
            String clientDataJSON,

            @Schema(description = "in base64url") @NotBlank(message = "is required")
            String attestationObject,

            @Schema(description = "ways to reach the device", example = "[\"internal\"]")
            @Size(max = 10, message = "has more than 10 entries")
            @Nullable
            List<@Pattern(regexp = "[a-z-]{1,32}", message = "is no transport") String> transports) {}

    /** None when the browser does not tell. */
    List<String> transports() {
        List<String> told = response.transports();
        return told == null ? List.of() : told.stream().distinct().toList();
    }
}
