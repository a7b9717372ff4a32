package dev.culvert.auth.token;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.culvert.auth.opaquetoken.OpaqueToken;
import dev.culvert.contracts.identity.Scope;
import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.contracts.problem.Violation;
import dev.culvert.platform.access.Access;
import dev.culvert.platform.caller.Caller;
import dev.culvert.platform.problem.ProblemException;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.CacheControl;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

@RestController
@Tag(name = "authentication")
class TokenController {
    private final Sessions sessions;

    TokenController(Sessions sessions) {
        this.sessions = sessions;
    }

    record RefreshRequest(
            @JsonProperty("refresh_token") @Nullable String refreshToken) {
        /** Leaves the token out, so that it cannot get into a log. */
        @Override
        public String toString() {
            return "RefreshRequest";
        }
    }

    @Access(open = true)
    @PostMapping({"/api/v1/auth/refresh", "/api/v1/auth/token/refresh"})
    @Operation(
            summary = "Renew tokens",
            description = "A refresh token works once and comes back as a new one. One that was used before ends the"
                    + " session: 401 REFRESH_TOKEN_INVALID, for the newest token too.")
    ResponseEntity<TokenResponse> refresh(@RequestBody RefreshRequest request) {
        if (request.refreshToken() == null || request.refreshToken().isBlank()) {
            throw new ProblemException(ProblemCode.MISSING_TOKEN, "Send the refresh token in the field refresh_token.")
                    .withViolations(List.of(new Violation("refresh_token", "is required")));
        }
        return ResponseEntity.ok()
                .cacheControl(CacheControl.noStore())
                .body(sessions.refresh(OpaqueToken.of(request.refreshToken())));
    }

    @Access(scope = Scope.PROFILE_WRITE)
    @PostMapping("/api/v1/auth/logout")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    @Operation(
            summary = "Sign out",
            description =
                    "Ends the session of the access token; its refresh token stops working too. A body is not needed.")
    void logout(Caller caller) {
        caller.sessionId().map(UUID::fromString).ifPresent(sessions::signOut);
    }
}
