package dev.culvert.auth.account;

import dev.culvert.platform.access.Access;
import dev.culvert.platform.problem.ProblemException;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Email;
import jakarta.validation.constraints.NotBlank;
import java.util.List;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

@RestController
@Tag(name = "authentication")
class EmailVerificationController {
    private final EmailVerification verification;

    EmailVerificationController(EmailVerification verification) {
        this.verification = verification;
    }

    record VerifyEmailRequest(
            @Schema(description = "from the link in the mail") @NotBlank(message = "is required")
            String token) {}

    record VerifyEmailResponse(boolean emailVerified) {}

    record ResendVerificationRequest(
            @Schema(example = "ada@example.org")
            @NotBlank(message = "is required")
            @Email(message = "is not a mail address")
            String email) {}

    @Access(open = true)
    @GetMapping("/api/v1/auth/verify-email")
    @Operation(
            summary = "Confirm a mail address by its link",
            description = "What the link in the mail opens. Answers a page to browsers, else JSON.")
    @ApiResponse(
            responseCode = "200",
            description = "The address is confirmed.",
            content = {
                @Content(
                        mediaType = MediaType.APPLICATION_JSON_VALUE,
                        schema = @Schema(implementation = VerifyEmailResponse.class)),
                @Content(mediaType = MediaType.TEXT_HTML_VALUE, schema = @Schema(type = "string"))
            })
    ResponseEntity<?> follow(
            @RequestParam String token,
            @Parameter(hidden = true)
                    @RequestHeader(name = HttpHeaders.ACCEPT, required = false, defaultValue = MediaType.ALL_VALUE)
                    List<MediaType> accepted) {
        if (!AccountPage.wanted(accepted)) {
            return ResponseEntity.ok(confirm(token));
        }
        try {
            verification.confirm(token);
            return AccountPage.emailConfirmed();
        } catch (ProblemException refusal) {
            return AccountPage.emailRefused(HttpStatus.valueOf(refusal.code().status()), refusal.detail());
        }
    }

    @Access(open = true)
    @PostMapping("/api/v1/auth/verify-email")
    @Operation(
            summary = "Confirm a mail address",
            description = "A token works once and for 24 hours; otherwise 400 VALIDATION_ERROR.")
    VerifyEmailResponse verify(@Valid @RequestBody VerifyEmailRequest request) {
        return confirm(request.token());
    }

    @Access(open = true)
    @PostMapping("/api/v1/auth/verify-email/{token}")
    @Operation(summary = "Confirm a mail address, token in the path")
    VerifyEmailResponse verifyByPath(@PathVariable String token) {
        return confirm(token);
    }

    @Access(open = true)
    @PostMapping("/api/v1/auth/resend-verification")
    @ResponseStatus(HttpStatus.ACCEPTED)
    @Operation(
            summary = "Ask for another verification mail",
            description =
                    "Answers the same whether or not an account waits for one; at most one mail a minute is sent.")
    void resend(@Valid @RequestBody ResendVerificationRequest request) {
        verification.requestAgain(request.email());
    }

    private VerifyEmailResponse confirm(String token) {
        verification.confirm(token);
        return new VerifyEmailResponse(true);
    }
}
