package dev.culvert.auth.signin;

import com.fasterxml.jackson.annotation.JsonAlias;
import dev.culvert.auth.token.Origin;
import dev.culvert.auth.token.TokenAnswers;
import dev.culvert.auth.token.TokenResponse;
import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.contracts.problem.Violation;
import dev.culvert.platform.access.Access;
import dev.culvert.platform.problem.ProblemException;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.Size;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

@RestController
@Tag(name = "authentication")
class SignInController {
    private static final int LONGEST_NAME = 255;
    private static final int LONGEST_PASSWORD = 1000;
    private static final String COOKIE =
            "for pages: the refresh token comes in a cookie that scripts cannot read, with csrf_token beside it";

    private final SignInService signIn;
    private final TokenAnswers answers;

    SignInController(SignInService signIn, TokenAnswers answers) {
        this.signIn = signIn;
        this.answers = answers;
    }

    record SignInRequest(
            @Schema(description = "username or mail address; may be called email too", example = "ada")
            @JsonAlias("email")
            @NotBlank(message = "is required")
            @Size(max = LONGEST_NAME, message = "has more than 255 characters")
            String username,

            @Schema(example = "Correct-Horse-7")
            @NotBlank(message = "is required")
            @Size(max = LONGEST_PASSWORD, message = "has more than 1000 characters")
            String password) {

        /** Leaves the password out, so that it cannot get into a log. */
        @Override
        public String toString() {
            return "SignInRequest[" + username + "]";
        }
    }

    @Access(open = true)
    @PostMapping(path = "/api/v1/auth/login", consumes = MediaType.APPLICATION_JSON_VALUE)
    @Operation(
            summary = "Sign in",
            description = "By username or mail address. 401 AUTHENTICATION_FAILED for wrong credentials, 403"
                    + " EMAIL_NOT_VERIFIED until the address is confirmed, 403 ACCOUNT_LOCKED with Retry-After after 5"
                    + " failures, 429 RATE_LIMIT_EXCEEDED after 5 failures from one address on different accounts."
                    + " Where a second factor is needed the answer holds a challenge in place of tokens, for POST"
                    + " /api/v1/auth/login/second-factor.")
    @ApiResponse(responseCode = "200", description = "Tokens of a new session.")
    @ApiResponse(responseCode = "401", description = "AUTHENTICATION_FAILED: the name or the password is not right.")
    @ApiResponse(responseCode = "403", description = "EMAIL_NOT_VERIFIED, or ACCOUNT_LOCKED with Retry-After.")
    ResponseEntity<TokenResponse> signIn(
            @Valid @RequestBody SignInRequest body,
            @Parameter(description = COOKIE) @RequestParam(defaultValue = "false") boolean cookie,
            HttpServletRequest request) {
        return answers.of(signIn.signIn(body.username(), body.password(), Origin.of(request)), cookie);
    }

    @Access(open = true)
    @PostMapping(path = "/api/v1/auth/login", consumes = MediaType.APPLICATION_FORM_URLENCODED_VALUE)
    @Operation(
            summary = "Sign in with a form",
            description = "Fields username and password; 422 MISSING_FORM_FIELD when one is missing.")
    ResponseEntity<TokenResponse> signInWithForm(
            @RequestParam(defaultValue = "") String username,
            @RequestParam(defaultValue = "") String password,
            @Parameter(description = COOKIE) @RequestParam(defaultValue = "false") boolean cookie,
            HttpServletRequest request) {
        List<Violation> missing = Stream.of(Map.entry("username", username), Map.entry("password", password))
                .filter(field -> field.getValue().isBlank())
                .map(field -> new Violation(field.getKey(), "is required"))
                .toList();
        if (!missing.isEmpty()) {
            throw new ProblemException(ProblemCode.MISSING_FORM_FIELD, "The form lacks a field.")
                    .withViolations(missing);
        }
        if (username.length() > LONGEST_NAME || password.length() > LONGEST_PASSWORD) {
            throw new ProblemException(ProblemCode.VALIDATION_ERROR, "A field of the form is too long.");
        }
        return answers.of(signIn.signIn(username, password, Origin.of(request)), cookie);
    }
}
