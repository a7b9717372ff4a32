package dev.culvert.user.profile;

import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A user as the user and administrators see them (requirement R3.1a). */
record UserResponse(
        UUID id,
        UUID tenantId,
        @Schema(example = "ada") String username,
        @Schema(example = "ada@example.org") String email,
        boolean emailVerified,
        @Schema(example = "free") String tier,
        @Schema(example = "en-GB") @Nullable String locale,
        long loginCount,
        Optional<Instant> lastLoginAt,
        Instant createdAt,
        Instant updatedAt,
        Names profile) {

    record Names(
            @Schema(example = "Ada") @Nullable String firstName,
            @Schema(example = "Lovelace") @Nullable String lastName,
            @Schema(example = "ada") @Nullable String nickname,

            @Schema(example = "https://example.org/ada.png") @Nullable
            String avatar) {}

    static UserResponse of(Profile profile) {
        UpdateProfileRequest own = profile.editable();
        return new UserResponse(
                profile.userId(),
                profile.tenantId(),
                profile.username(),
                profile.email(),
                profile.emailVerified(),
                profile.tier(),
                own.locale(),
                profile.loginCount(),
                profile.lastLoginAt(),
                profile.createdAt(),
                profile.updatedAt(),
                new Names(own.firstName(), own.lastName(), own.nickname(), own.avatar()));
    }
}
