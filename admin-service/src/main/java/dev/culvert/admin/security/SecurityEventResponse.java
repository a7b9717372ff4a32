package dev.culvert.admin.security;

import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Something that looks like an attack; one of a second stands for all of the same kind. */
record SecurityEventResponse(
        UUID id,

        @Schema(
                example = "sql_injection",
                description = "auth.sign_in_failed, auth.account_locked, or what the gateway saw: sql_injection,"
                        + " signature_missing, signature_wrong, signature_old, signature_replayed,"
                        + " credential_malformed, credential_unknown, credential_expired, credential_revoked,"
                        + " credential_misplaced")
        String type,

        @Schema(description = "Whose account or credential, where that is known") @Nullable
        UUID userId,

        @Schema(example = "203.0.113.7") @Nullable String address,

        @Schema(example = "/api/v1/tunnels/**", description = "Absent for sign-ins") @Nullable
        String endpoint,

        @Schema(example = "wrong_password", description = "Why a sign-in failed") @Nullable
        String reason,

        @Schema(example = "12", description = "How often") long requests,

        Instant time,
        @Nullable String correlationId) {}
