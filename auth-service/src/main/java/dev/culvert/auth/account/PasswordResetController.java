package dev.culvert.auth.account;

import com.fasterxml.jackson.annotation.JsonAlias;
import dev.culvert.platform.access.Access;
import dev.culvert.platform.problem.ProblemException;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.validation.ConstraintViolation;
import jakarta.validation.Valid;
import jakarta.validation.Validator;
import jakarta.validation.constraints.Email;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.util.Optional;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

@RestController
@Tag(name = "authentication")
class PasswordResetController {
    private static final String CONFIRM = "/api/v1/auth/password-reset/confirm";

    private final PasswordReset reset;
    private final Validator validator;

    PasswordResetController(PasswordReset reset, Validator validator) {
        this.reset = reset;
        this.validator = validator;
    }

    record PasswordResetRequest(
            @Schema(example = "ada@example.org")
            @NotBlank(message = "is required")
            @Email(message = "is not a mail address")
            @Pattern(regexp = "[^\\x00-\\x1f\\x7f\\s]*", message = "has spaces or control characters")
            @Size(max = 255, message = "has more than 255 characters")
            String email) {}

    record PasswordResetResponse(
            @Schema(example = "If an account has this address, a mail with a link is on its way.")
            String message) {}

    record ConfirmPasswordResetRequest(
            @Schema(description = "from the link in the mail", example = "q83vASNFZ4mrze8BI0VniavN7wEjRWeJq83vASNFZ4k")
            @NotBlank(message = "is required")
            @Size(max = 255, message = "is not a token")
            String token,

            @Schema(example = "Correct-Horse-7")
            @JsonAlias("new_password")
            @NotNull(message = "is required")
            @StrongPassword
            String newPassword) {

        /** Leaves both out, so that they cannot get into a log. */
        @Override
        public String toString() {
            return "ConfirmPasswordResetRequest";
        }
    }

    @Access(open = true)
    @PostMapping({"/api/v1/auth/password-reset", "/api/v1/auth/password-reset/request"})
    @ResponseStatus(HttpStatus.ACCEPTED)
    @Operation(
            summary = "Ask for a password reset",
            description = "Sends a link that works once and for an hour. Answers the same whether or not an account has"
                    + " the address, and whether or not the mail server can be reached; at most one mail a minute is"
                    + " sent.")
    PasswordResetResponse request(@Valid @RequestBody PasswordResetRequest request) {
        reset.request(request.email());
        return new PasswordResetResponse("If an account has this address, a mail with a link is on its way.");
    }

    @Access(open = true)
    @PostMapping(path = CONFIRM, consumes = MediaType.APPLICATION_JSON_VALUE)
    @ResponseStatus(HttpStatus.NO_CONTENT)
    @Operation(
            summary = "Set a new password with a mailed token",
            description = "Ends all sessions of the account, lifts a lock and confirms the mail address. 400"
                    + " VALIDATION_ERROR (alias RESET_TOKEN_INVALID) when the token is unknown, expired or was used"
                    + " before.")
    @ApiResponse(responseCode = "204", description = "The password is changed.")
    void confirm(@Valid @RequestBody ConfirmPasswordResetRequest request) {
        reset.confirm(request.token(), request.newPassword());
    }

    @Access(open = true)
    @GetMapping(path = CONFIRM, produces = MediaType.TEXT_HTML_VALUE)
    @Operation(summary = "Form for a new password", description = "What the link in the mail opens in a browser.")
    ResponseEntity<String> form(@RequestParam String token) {
        return AccountPage.newPassword(HttpStatus.OK, token, "");
    }

    @Access(open = true)
    @PostMapping(
            path = CONFIRM,
            consumes = MediaType.APPLICATION_FORM_URLENCODED_VALUE,
            produces = MediaType.TEXT_HTML_VALUE)
    @Operation(summary = "Set a new password with the form", description = "Answers a page.")
    @ApiResponse(responseCode = "200", description = "The password is changed: a page that says so.")
    @ApiResponse(
            responseCode = "400",
            description = "The form again, with what is wrong.",
            content = @Content(mediaType = MediaType.TEXT_HTML_VALUE, schema = @Schema(type = "string")))
    ResponseEntity<String> confirmWithForm(
            @RequestParam(defaultValue = "") String token, @RequestParam(defaultValue = "") String newPassword) {
        Optional<String> wrong = wrongWith(new ConfirmPasswordResetRequest(token, newPassword));
        if (wrong.isPresent()) {
            return AccountPage.newPassword(HttpStatus.BAD_REQUEST, token, "The new password " + wrong.get() + ".");
        }
        try {
            reset.confirm(token, newPassword);
            return AccountPage.passwordChanged();
        } catch (ProblemException refusal) {
            return AccountPage.newPassword(HttpStatus.valueOf(refusal.code().status()), token, refusal.detail());
        }
    }

    private Optional<String> wrongWith(ConfirmPasswordResetRequest request) {
        return validator.validateProperty(request, "newPassword").stream()
                .map(ConstraintViolation::getMessage)
                .findFirst();
    }
}
