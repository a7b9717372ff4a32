package dev.culvert.auth.passkey;

import dev.culvert.auth.signin.AssertionOptions.PasskeyDescriptor;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.List;
import java.util.Map;

/**
 * What a browser needs to make a passkey: {@code PublicKeyCredentialCreationOptionsJSON} of WebAuthn level 3, to be read by
 * {@code PublicKeyCredential.parseCreationOptionsFromJSON}.
 *
 * @param user the handle is all the device keeps beside the names, and no part of it tells who somebody is
 * @param timeout milliseconds
 * @param excludeCredentials the account's passkeys, so that a device does not get two
 * @param extensions asks whether the device can find the passkey without being told which
 */
record CreationOptions(
        PasskeyParty rp,
        PasskeyUser user,

        @Schema(description = "random, in base64url; works once")
        String challenge,

        List<PasskeyParameters> pubKeyCredParams,

        @Schema(description = "milliseconds", example = "300000")
        long timeout,

        List<PasskeyDescriptor> excludeCredentials,
        PasskeySelection authenticatorSelection,

        @Schema(example = "none") String attestation,

        @Schema(example = "{\"credProps\": true}") Map<String, Boolean> extensions) {
    CreationOptions {
        pubKeyCredParams = List.copyOf(pubKeyCredParams);
        excludeCredentials = List.copyOf(excludeCredentials);
        extensions = Map.copyOf(extensions);
    }

    record PasskeyParty(
            @Schema(example = "culvert.example.org") String id,
            @Schema(example = "Culvert") String name) {}

    record PasskeyUser(
            @Schema(description = "in base64url") String id,
            @Schema(example = "ada") String name,
            @Schema(example = "ada") String displayName) {}

    record PasskeyParameters(
            @Schema(example = "public-key") String type,

            @Schema(description = "COSE number", example = "-7")
            int alg) {}

    record PasskeySelection(
            @Schema(example = "preferred") String residentKey,
            boolean requireResidentKey,
            @Schema(example = "required") String userVerification) {}

    /** Leaves the challenge out, so that it cannot get into a log. */
    @Override
    public String toString() {
        return "CreationOptions[" + rp.id() + "]";
    }
}
