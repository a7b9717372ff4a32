package dev.culvert.user.profile;

import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A profile as its owner sees it. */
record ProfileResponse(
        UUID userId,
        UUID tenantId,
        @Schema(example = "ada") String username,
        @Schema(example = "ada@example.org") String email,
        boolean emailVerified,
        @Schema(example = "free") String tier,
        @Schema(example = "Ada") @Nullable String firstName,
        @Schema(example = "Lovelace") @Nullable String lastName,
        @Schema(example = "ada") @Nullable String nickname,

        @Schema(example = "https://example.org/ada.png") @Nullable
        String avatar,

        @Schema(example = "en-GB") @Nullable String locale,
        Instant createdAt,
        Instant updatedAt) {

    static ProfileResponse of(Profile profile) {
        UpdateProfileRequest own = profile.editable();
        return new ProfileResponse(
                profile.userId(),
                profile.tenantId(),
                profile.username(),
                profile.email(),
                profile.emailVerified(),
                profile.tier(),
                own.firstName(),
                own.lastName(),
                own.nickname(),
                own.avatar(),
                own.locale(),
                profile.createdAt(),
                profile.updatedAt());
    }
}
