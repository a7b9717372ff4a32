package dev.culvert.auth.passkey;

import dev.culvert.auth.signin.AssertionOptions;
import dev.culvert.auth.signin.FreshTokenResponse;
import dev.culvert.auth.token.Origin;
import dev.culvert.auth.token.TokenAnswers;
import dev.culvert.auth.token.TokenResponse;
import dev.culvert.contracts.identity.Scope;
import dev.culvert.platform.access.Access;
import dev.culvert.platform.caller.Caller;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import org.springframework.http.CacheControl;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

@RestController
@Tag(name = "authentication")
class PasskeySignInController {
    private static final String COOKIE = "true puts the refresh token into a cookie, as at a sign-in by password";

    private final PasskeySignIn signIn;
    private final TokenAnswers answers;

    PasskeySignInController(PasskeySignIn signIn, TokenAnswers answers) {
        this.signIn = signIn;
        this.answers = answers;
    }

    record PasskeySignInRequest(
            @Schema(description = "the browser's answer") @NotNull(message = "is required") @Valid
            AssertedCredential credential) {}

    record PasskeySecondStepRequest(
            @Schema(description = "from the answer to the password") @NotBlank(message = "is required")
            String challenge,

            @Schema(description = "the browser's answer") @NotNull(message = "is required") @Valid
            AssertedCredential credential) {
        /** Leaves the challenge out, so that it cannot get into a log. */
        @Override
        public String toString() {
            return "PasskeySecondStepRequest";
        }
    }

    @Access(open = true)
    @PostMapping(PasskeyController.PATH + "/sign-in-options")
    @Operation(
            summary = "Begin to sign in by passkey",
            description = "What navigator.credentials.get needs, by PublicKeyCredential.parseRequestOptionsFromJSON; no"
                    + " name is needed. The challenge works once and for 5 minutes.")
    ResponseEntity<AssertionOptions> options() {
        return once(signIn.options());
    }

    @Access(open = true)
    @PostMapping(PasskeyController.PATH + "/sign-in")
    @Operation(
            summary = "Sign in by passkey",
            description = "Takes no password and no second step: the device has verified its owner. 401"
                    + " AUTHENTICATION_FAILED with an alias like PASSKEY_ORIGIN or PASSKEY_COUNTER says why the passkey was"
                    + " refused; refusals count like wrong passwords: 403 ACCOUNT_LOCKED, 429 RATE_LIMIT_EXCEEDED. 403"
                    + " EMAIL_NOT_VERIFIED until the address is confirmed.")
    @ApiResponse(responseCode = "200", description = "Tokens of a new session.")
    ResponseEntity<TokenResponse> signIn(
            @Valid @RequestBody PasskeySignInRequest body,
            @Parameter(description = COOKIE) @RequestParam(defaultValue = "false") boolean cookie,
            HttpServletRequest request) {
        return answers.of(signIn.signIn(body.credential(), Origin.of(request)), cookie);
    }

    @Access(open = true)
    @PostMapping("/api/v1/auth/login/second-factor/passkey")
    @Operation(
            summary = "Sign in: second step by passkey",
            description = "With a passkey's answer to what the answer to the password holds under passkey. 401"
                    + " AUTHENTICATION_FAILED when it is refused, which counts like a wrong code: 403 ACCOUNT_LOCKED with"
                    + " Retry-After after 5.")
    @ApiResponse(responseCode = "200", description = "Tokens of a new session.")
    ResponseEntity<TokenResponse> secondStep(
            @Valid @RequestBody PasskeySecondStepRequest body,
            @Parameter(description = COOKIE) @RequestParam(defaultValue = "false") boolean cookie,
            HttpServletRequest request) {
        return answers.of(signIn.secondStep(body.challenge(), body.credential(), Origin.of(request)), cookie);
    }

    @Access(scope = Scope.ACCOUNT_MANAGE)
    @PostMapping("/api/v1/auth/reauthenticate/passkey-options")
    @Operation(
            summary = "Begin to prove again who I am by passkey",
            description = "409 CONFLICT_STATE for an account without passkeys.")
    ResponseEntity<AssertionOptions> reauthenticationOptions(Caller caller) {
        return once(signIn.reauthenticationOptions(caller));
    }

    @Access(scope = Scope.ACCOUNT_MANAGE)
    @PostMapping("/api/v1/auth/reauthenticate/passkey")
    @Operation(
            summary = "Prove again who I am by passkey",
            description = "The same as POST /api/v1/auth/reauthenticate with a code.")
    @ApiResponse(responseCode = "200", description = "An access token whose auth_time is now.")
    ResponseEntity<FreshTokenResponse> reauthenticate(
            @Valid @RequestBody PasskeySignInRequest body, Caller caller, HttpServletRequest request) {
        return once(FreshTokenResponse.of(signIn.reauthenticate(caller, body.credential(), Origin.of(request))));
    }

    private static <T> ResponseEntity<T> once(T answer) {
        return ResponseEntity.ok().cacheControl(CacheControl.noStore()).body(answer);
    }
}
