package dev.culvert.auth.token;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.contracts.problem.Violation;
import dev.culvert.data.tenant.TenantScope;
import dev.culvert.platform.access.Access;
import dev.culvert.platform.caller.Caller;
import dev.culvert.platform.caller.CallerTokens;
import dev.culvert.platform.problem.ProblemException;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.text.ParseException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.http.CacheControl;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RestController;

/** Tells the holder of an access token what it is worth (requirement R2.2a). */
@RestController
@Tag(name = "authentication")
class TokenInspectionController {
    private static final String SCHEME = "Bearer ";

    /** When so little time is left, a client had better renew. */
    private static final Duration RENEWAL_ADVISED = Duration.ofMinutes(5);

    private final CallerTokens tokens;
    private final Sessions sessions;
    private final Clock clock;

    TokenInspectionController(CallerTokens tokens, Sessions sessions, Clock clock) {
        this.tokens = tokens;
        this.sessions = sessions;
        this.clock = clock;
    }

    record TokenRequest(
            @Schema(description = "access token; else the one of the Authorization header") @Nullable
            String token) {
        /** Leaves the token out, so that it cannot get into a log. */
        @Override
        public String toString() {
            return "TokenRequest";
        }
    }

    @JsonInclude(JsonInclude.Include.NON_NULL)
    record ValidateResponse(
            boolean valid,

            @Schema(description = "why it is not valid", example = "AUTH_TOKEN_EXPIRED") @Nullable
            String code,

            @Schema(description = "only of a valid token") @Nullable
            Map<String, Object> claims) {}

    record CheckExpiryResponse(
            boolean expired,
            Instant expiresAt,

            @Schema(description = "seconds, 0 once it has expired", example = "1742")
            long expiresIn,

            @Schema(description = "true in the last 5 minutes and afterwards")
            boolean shouldRefresh) {}

    @Access(open = true)
    @PostMapping("/api/v1/auth/token/validate")
    @Operation(
            summary = "Is this access token valid?",
            description = "Answers 200 with its claims, or with the code that every other operation would refuse it"
                    + " with: AUTH_TOKEN_EXPIRED, AUTH_TOKEN_INVALID (also when its session has ended). 400"
                    + " MISSING_TOKEN when none was sent.")
    ResponseEntity<ValidateResponse> validate(
            @RequestBody(required = false) @Nullable TokenRequest request,
            @RequestHeader(name = HttpHeaders.AUTHORIZATION, required = false) @Nullable String header) {
        String token = token(request, header);
        try {
            Caller caller = tokens.verify(token);
            if (TenantScope.call(caller.tenantId(), () -> sessions.ended(caller))) {
                return answer(new ValidateResponse(false, ProblemCode.AUTH_TOKEN_INVALID.name(), null));
            }
            return answer(new ValidateResponse(true, null, claims(token).toJSONObject()));
        } catch (ProblemException refusal) {
            if (refusal.code().status() != 401) {
                throw refusal;
            }
            return answer(new ValidateResponse(false, refusal.code().name(), null));
        }
    }

    @Access(open = true)
    @PostMapping("/api/v1/auth/token/check-expiry")
    @Operation(
            summary = "How long is this access token good for?",
            description = "Advises renewal in the last 5 minutes. 401 AUTH_TOKEN_INVALID for what is no token of ours,"
                    + " 400 MISSING_TOKEN when none was sent.")
    ResponseEntity<CheckExpiryResponse> checkExpiry(
            @RequestBody(required = false) @Nullable TokenRequest request,
            @RequestHeader(name = HttpHeaders.AUTHORIZATION, required = false) @Nullable String header) {
        String token = token(request, header);
        boolean expired = false;
        try {
            tokens.verify(token);
        } catch (ProblemException refusal) {
            expired = refusal.code() == ProblemCode.AUTH_TOKEN_EXPIRED;
            if (!expired) {
                throw refusal;
            }
        }
        Instant expiresAt = claims(token).getExpirationTime().toInstant();
        Duration left = Duration.between(clock.instant(), expiresAt);
        return answer(new CheckExpiryResponse(
                expired, expiresAt, Math.max(0, left.toSeconds()), left.compareTo(RENEWAL_ADVISED) <= 0));
    }

    private static String token(@Nullable TokenRequest request, @Nullable String header) {
        Optional<String> inHeader = Optional.ofNullable(header)
                .filter(value -> value.regionMatches(true, 0, SCHEME, 0, SCHEME.length()))
                .map(value -> value.substring(SCHEME.length()));
        return Optional.ofNullable(request)
                .flatMap(body -> Optional.ofNullable(body.token()))
                .or(() -> inHeader)
                .map(String::strip)
                .filter(token -> !token.isEmpty())
                .orElseThrow(() -> new ProblemException(
                                ProblemCode.MISSING_TOKEN, "Send the access token in the field token.")
                        .withViolations(List.of(new Violation("token", "is required"))));
    }

    /** Of a token whose signature was verified. */
    private static JWTClaimsSet claims(String token) {
        try {
            return SignedJWT.parse(token).getJWTClaimsSet();
        } catch (ParseException e) {
            throw new IllegalStateException("A token was verified that cannot be read", e);
        }
    }

    private static <T> ResponseEntity<T> answer(T body) {
        return ResponseEntity.ok().cacheControl(CacheControl.noStore()).body(body);
    }
}
