package dev.culvert.auth.signin;

import dev.culvert.auth.token.Origin;
import dev.culvert.auth.token.TokenResponse;
import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.contracts.problem.Violation;
import dev.culvert.platform.access.Access;
import dev.culvert.platform.problem.ProblemException;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotBlank;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.springframework.http.CacheControl;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

@RestController
@Tag(name = "authentication")
class SignInController {
    private final SignInService signIn;

    SignInController(SignInService signIn) {
        this.signIn = signIn;
    }

    record SignInRequest(
            @Schema(description = "username or mail address", example = "ada") @NotBlank(message = "is required")
            String username,

            @Schema(example = "Correct-Horse-7") @NotBlank(message = "is required")
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
                    + " EMAIL_NOT_VERIFIED until the address is confirmed, 403 ACCOUNT_LOCKED with Retry-After after 5 failures."
                    + " Where a second factor is needed the answer holds a"
                    + " challenge in place of tokens, for POST /api/v1/auth/login/second-factor.")
    ResponseEntity<TokenResponse> signIn(@Valid @RequestBody SignInRequest body, HttpServletRequest request) {
        return answer(signIn.signIn(body.username(), body.password(), Origin.of(request)));
    }

    @Access(open = true)
    @PostMapping(path = "/api/v1/auth/login", consumes = MediaType.APPLICATION_FORM_URLENCODED_VALUE)
    @Operation(
            summary = "Sign in with a form",
            description = "Fields username and password; 422 MISSING_FORM_FIELD when one is missing.")
    ResponseEntity<TokenResponse> signInWithForm(
            @RequestParam(defaultValue = "") String username,
            @RequestParam(defaultValue = "") String password,
            HttpServletRequest request) {
        List<Violation> missing = Stream.of(Map.entry("username", username), Map.entry("password", password))
                .filter(field -> field.getValue().isBlank())
                .map(field -> new Violation(field.getKey(), "is required"))
                .toList();
        if (!missing.isEmpty()) {
            throw new ProblemException(ProblemCode.MISSING_FORM_FIELD, "The form lacks a field.")
                    .withViolations(missing);
        }
        return answer(signIn.signIn(username, password, Origin.of(request)));
    }

    private static ResponseEntity<TokenResponse> answer(TokenResponse tokens) {
        return ResponseEntity.ok().cacheControl(CacheControl.noStore()).body(tokens);
    }
}
