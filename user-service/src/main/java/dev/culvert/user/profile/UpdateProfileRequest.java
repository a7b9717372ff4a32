package dev.culvert.user.profile;

import io.swagger.v3.oas.annotations.media.Schema;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import org.jspecify.annotations.Nullable;

/** The whole of what an owner may set; what is absent is empty afterwards. */
record UpdateProfileRequest(
        @Schema(example = "Ada")
        @Size(max = 100, message = TOO_LONG)
        @Pattern(regexp = PRINTABLE, message = UNPRINTABLE)
        @Nullable
        String firstName,

        @Schema(example = "Lovelace")
        @Size(max = 100, message = TOO_LONG)
        @Pattern(regexp = PRINTABLE, message = UNPRINTABLE)
        @Nullable
        String lastName,

        @Schema(example = "ada")
        @Size(max = 100, message = TOO_LONG)
        @Pattern(regexp = PRINTABLE, message = UNPRINTABLE)
        @Nullable
        String nickname,

        @Schema(description = "address of a picture", example = "https://example.org/ada.png")
        @Size(max = 2048, message = "has more than 2048 characters")
        @Pattern(regexp = "https?://[^\\s\\x00-\\x1f\\x7f]+", message = "is not an http or https address")
        @Nullable
        String avatar,

        @Schema(description = "BCP 47 language tag", example = "en-GB")
        @Size(max = 35, message = "has more than 35 characters")
        @Pattern(regexp = "[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*", message = "is not a language tag")
        @Nullable
        String locale) {

    private static final String TOO_LONG = "has more than 100 characters";
    private static final String PRINTABLE = "[^\\x00-\\x1f\\x7f-\\x9f]*";
    private static final String UNPRINTABLE = "has control characters";
}
