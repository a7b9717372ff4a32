package dev.culvert.auth.signin;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.List;

/**
 * What a browser needs to ask for a passkey: {@code PublicKeyCredentialRequestOptionsJSON} of WebAuthn level 3, to be read by
 * {@code PublicKeyCredential.parseRequestOptionsFromJSON}.
 *
 * @param timeout milliseconds
 * @param allowCredentials the passkeys that would do; empty where any passkey of this service will
 */
public record AssertionOptions(
        @Schema(description = "random, in base64url; works once")
        String challenge,

        @Schema(description = "milliseconds", example = "300000")
        long timeout,

        @Schema(example = "culvert.example.org") String rpId,

        @JsonInclude(JsonInclude.Include.NON_EMPTY) List<PasskeyDescriptor> allowCredentials,

        @Schema(example = "required") String userVerification) {
    public AssertionOptions {
        allowCredentials = List.copyOf(allowCredentials);
    }

    /** Names one passkey. */
    public record PasskeyDescriptor(
            @Schema(example = "public-key") String type,
            @Schema(description = "in base64url") String id,

            @JsonInclude(JsonInclude.Include.NON_EMPTY) @Schema(example = "[\"internal\"]")
            List<String> transports) {
        public PasskeyDescriptor {
            transports = List.copyOf(transports);
        }
    }

    /** Leaves the challenge out, so that it cannot get into a log. */
    @Override
    public String toString() {
        return "AssertionOptions[" + rpId + "]";
    }
}
