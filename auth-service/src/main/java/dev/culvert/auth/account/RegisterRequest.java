package dev.culvert.auth.account;

import io.swagger.v3.oas.annotations.media.Schema;
import jakarta.validation.constraints.Email;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;

record RegisterRequest(
        @Schema(example = "ada")
        @NotNull(message = "is required")
        @Pattern(
                regexp = "[A-Za-z0-9][A-Za-z0-9._-]{2,49}",
                message =
                        "needs 3 to 50 letters, digits, dots, underscores or hyphens, beginning with a letter or digit")
        String username,

        @Schema(example = "ada@example.org")
        @NotBlank(message = "is required")
        @Email(message = "is not a mail address")
        @Pattern(regexp = "[^\\x00-\\x1f\\x7f\\s]*", message = "has spaces or control characters")
        @Size(max = 255, message = "has more than 255 characters")
        String email,

        @Schema(example = "Correct-Horse-7") @NotNull(message = "is required") @StrongPassword
        String password) {

    /** Leaves the password out, so that it cannot get into a log. */
    @Override
    public String toString() {
        return "RegisterRequest[" + username + "]";
    }
}
