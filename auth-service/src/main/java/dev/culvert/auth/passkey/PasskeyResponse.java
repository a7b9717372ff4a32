package dev.culvert.auth.passkey;

import com.fasterxml.jackson.annotation.JsonInclude;
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
}
