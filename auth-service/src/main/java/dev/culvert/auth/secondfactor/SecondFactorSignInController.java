package dev.culvert.auth.secondfactor;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import dev.culvert.auth.secondfactor.SecondFactorSignIn.Completed;
import dev.culvert.auth.token.Origin;
import dev.culvert.auth.token.Sessions;
import dev.culvert.auth.token.TokenAnswers;
import dev.culvert.auth.token.TokenResponse;
import dev.culvert.platform.access.Access;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotBlank;
import java.util.List;
import java.util.Objects;
import org.springframework.http.CacheControl;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

@RestController
@RequestMapping("/api/v1/auth/login/second-factor")
@Tag(name = "authentication")
class SecondFactorSignInController {
    private final SecondFactorSignIn signIn;
    private final Sessions sessions;
    private final TokenAnswers answers;

    SecondFactorSignInController(SecondFactorSignIn signIn, Sessions sessions, TokenAnswers answers) {
        this.signIn = signIn;
        this.sessions = sessions;
        this.answers = answers;
    }

    record ChallengeRequest(
            @Schema(description = "from the answer to the password") @NotBlank(message = "is required")
            String challenge) {
        /** Leaves the challenge out, so that it cannot get into a log. */
        @Override
        public String toString() {
            return "ChallengeRequest";
        }
    }

    record SecondFactorRequest(
            @Schema(description = "from the answer to the password") @NotBlank(message = "is required")
            String challenge,

            @Schema(description = "of the app, or a recovery code", example = "492039")
            @NotBlank(message = "is required")
            String code) {
        /** Leaves both out, so that they cannot get into a log. */
        @Override
        public String toString() {
            return "SecondFactorRequest";
        }
    }

    record SecondFactorTokenResponse(
            @JsonUnwrapped TokenResponse tokens,

            @Schema(description = "shown only now, when the app was set up with this sign-in")
            @JsonProperty("recovery_codes")
            @JsonInclude(JsonInclude.Include.NON_EMPTY)
            List<String> recoveryCodes) {}

    @Access(open = true)
    @PostMapping
    @Operation(
            summary = "Sign in: second step",
            description = "With the code of the authenticator app or a recovery code. Each works once. 401"
                    + " AUTHENTICATION_FAILED for a wrong one, 403 ACCOUNT_LOCKED with Retry-After after 5 failures.")
    ResponseEntity<SecondFactorTokenResponse> complete(
            @Valid @RequestBody SecondFactorRequest body,
            @Parameter(description = "true puts the refresh token into a cookie, as at the first step")
                    @RequestParam(defaultValue = "false")
                    boolean cookie,
            HttpServletRequest request) {
        Origin origin = Origin.of(request);
        Completed<TokenResponse> completed = signIn.complete(
                body.challenge(),
                body.code(),
                origin,
                (account, assurance) -> sessions.begin(account, origin, assurance));
        ResponseEntity<TokenResponse> answer = answers.of(completed.begun(), cookie);
        return ResponseEntity.status(answer.getStatusCode())
                .headers(answer.getHeaders())
                .body(new SecondFactorTokenResponse(
                        Objects.requireNonNull(answer.getBody()), completed.recoveryCodes()));
    }

    @Access(open = true)
    @PostMapping("/enrol")
    @Operation(
            summary = "Sign in: set up the app on the way in",
            description = "For administrators who have no authenticator app yet: the secret for it. Its first code then"
                    + " goes with the same challenge to the second step.")
    ResponseEntity<TotpSecret> enrol(@Valid @RequestBody ChallengeRequest body) {
        return ResponseEntity.ok().cacheControl(CacheControl.noStore()).body(signIn.enrol(body.challenge()));
    }
}
