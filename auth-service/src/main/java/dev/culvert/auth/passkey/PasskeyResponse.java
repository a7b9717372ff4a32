package dev.culvert.auth.passkey;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A passkey as its owner sees it. */
record PasskeyResponse(
        UUID id,

        @Schema(example = "laptop") String name,

        Instant createdAt,

        @Schema(description = "absent until it is used") @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
        Instant lastUsedAt,

        @Schema(description = "ways to reach the device", example = "[\"internal\"]")
        List<String> transports,

        @Schema(description = "whether the device may copy it to other devices")
        boolean backupEligible,

        @Schema(description = "whether it has, as of its last use")
        boolean backedUp) {
    PasskeyResponse {
        transports = List.copyOf(transports);
    }

    static PasskeyResponse of(Passkey passkey) {
        return new PasskeyResponse(
                passkey.id(),
                passkey.name(),
                passkey.createdAt(),
                passkey.lastUsedAt().orElse(null),
                passkey.transports(),
                passkey.backupEligible(),
                passkey.backedUp());
    }

    /** A passkey that was just registered. */
    record Registered(
            @JsonUnwrapped PasskeyResponse passkey,

            @Schema(description = "shown only now, with the first second factor of the account")
            @JsonInclude(JsonInclude.Include.NON_EMPTY)
            List<String> recoveryCodes) {
        Registered {
            recoveryCodes = List.copyOf(recoveryCodes);
        }

        /** Leaves the codes out, so that they cannot get into a log. */
        @Override
        public String toString() {
            return "Registered[" + passkey.id() + "]";
        }
    }
}
