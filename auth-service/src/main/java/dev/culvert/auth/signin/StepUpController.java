package dev.culvert.auth.signin;

import dev.culvert.auth.token.AccessTokens.AccessToken;
import dev.culvert.auth.token.Origin;
import dev.culvert.contracts.identity.Scope;
import dev.culvert.platform.access.Access;
import dev.culvert.platform.caller.Caller;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Size;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.http.CacheControl;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;

@RestController
@Tag(name = "authentication")
class StepUpController {
    private final StepUp stepUp;

    StepUpController(StepUp stepUp) {
        this.stepUp = stepUp;
    }

    record ReauthenticateRequest(
            @Schema(description = "of an account without a second factor", example = "Correct-Horse-7")
            @Size(max = 1000, message = "has more than 1000 characters")
            @Nullable
            String password,

            @Schema(description = "of the authenticator app, or a recovery code, where the account has them")
            @Size(max = 100, message = "has more than 100 characters")
            @Nullable
            String code) {

        /** Leaves both out, so that they cannot get into a log. */
        @Override
        public String toString() {
            return "ReauthenticateRequest";
        }
    }

    @Access(scope = Scope.ACCOUNT_MANAGE)
    @PostMapping("/api/v1/auth/reauthenticate")
    @Operation(
            summary = "Prove again who I am",
            description = "What to do about 401 REAUTHENTICATION_REQUIRED: with the new token of the same session the"
                    + " refused operation is open again. Accounts with a second factor send a code of it (or prove a"
                    + " passkey with POST /api/v1/auth/reauthenticate/passkey), others their password. The refresh"
                    + " token stays the same. 401 AUTHENTICATION_FAILED for a wrong password or"
                    + " code, which counts towards the lock of the account: 403 ACCOUNT_LOCKED.")
    @ApiResponse(responseCode = "200", description = "An access token whose auth_time is now.")
    ResponseEntity<FreshTokenResponse> reauthenticate(
            @Valid @RequestBody ReauthenticateRequest body, Caller caller, HttpServletRequest request) {
        AccessToken token = stepUp.prove(
                caller, Optional.ofNullable(body.password()), Optional.ofNullable(body.code()), Origin.of(request));
        return ResponseEntity.ok().cacheControl(CacheControl.noStore()).body(FreshTokenResponse.of(token));
    }
}
