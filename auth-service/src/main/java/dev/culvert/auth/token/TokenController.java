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
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.CookieValue;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RestController;

@RestController
@Tag(name = "authentication")
class TokenController {
    private final Sessions sessions;
    private final TokenAnswers answers;

    TokenController(Sessions sessions, TokenAnswers answers) {
        this.sessions = sessions;
        this.answers = answers;
    }

    record RefreshRequest(
            @JsonProperty("refresh_token") @Schema(example = "9nS0yC3Jm0t7o2fTq1o0g7m6w3zqk0F3u1bqgJ2m5xA") @Nullable
            String refreshToken) {
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
            description =
                    "A refresh token works once and comes back as a new one. Sent again within ten seconds, because"
                            + " the answer was lost, it gets the same new one; sent again later it ends the session: 401"
                            + " REFRESH_TOKEN_INVALID, for the newest token too. In cookie mode there is no body, but the"
                            + " header X-CSRF-Token; without it 403 FORBIDDEN.")
    @ApiResponse(responseCode = "200", description = "New tokens of the same session.")
    @ApiResponse(responseCode = "401", description = "REFRESH_TOKEN_INVALID: sign in again.")
    ResponseEntity<TokenResponse> refresh(
            @RequestBody(required = false) @Nullable RefreshRequest request,
            @Parameter(hidden = true) @CookieValue(name = TokenAnswers.REFRESH_COOKIE, required = false) @Nullable
                    String cookie,
            @Parameter(description = "in cookie mode")
                    @RequestHeader(name = TokenAnswers.CSRF_HEADER, required = false)
                    @Nullable
                    String csrf) {
        String sent = request == null ? null : request.refreshToken();
        if (sent != null && !sent.isBlank()) {
            return answers.of(sessions.refresh(OpaqueToken.of(sent)), false);
        }
        if (cookie == null || cookie.isEmpty()) {
            throw new ProblemException(ProblemCode.MISSING_TOKEN, "Send the refresh token in the field refresh_token.")
                    .withViolations(List.of(new Violation("refresh_token", "is required")));
        }
        answers.requireMeant(cookie, csrf);
        return answers.of(sessions.refresh(OpaqueToken.of(cookie)), true);
    }

    @Access(scope = Scope.PROFILE_WRITE)
    @PostMapping("/api/v1/auth/logout")
    @Operation(
            summary = "Sign out",
            description =
                    "Ends the session of the access token; its refresh token stops working too and its cookies are"
                            + " removed. A body is not needed.")
    @ApiResponse(responseCode = "204", description = "The session has ended.")
    ResponseEntity<Void> logout(Caller caller) {
        caller.sessionId().map(UUID::fromString).ifPresent(id -> sessions.end(id, EndReason.SIGNED_OUT));
        return answers.signedOut();
    }
}
