package dev.culvert.auth.token;

import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.platform.problem.ProblemException;
import dev.culvert.platform.secret.Hmac;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Base64;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.http.CacheControl;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ResponseCookie;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Component;

/**
 * Gives tokens to whoever asked for them: in the body to programs, the refresh token in a cookie to pages that ask for it
 * (requirement X-37). Scripts cannot read that cookie and other sites cannot send it (HttpOnly, SameSite=Strict,
 * requirement R2.7); beside it, a renewal by cookie needs a second value that only the page itself can read, from the
 * answer or from a cookie of its own, and send as a header.
 */
@Component
public class TokenAnswers {
    static final String REFRESH_COOKIE = "culvert_refresh";
    static final String CSRF_COOKIE = "culvert_csrf";
    static final String CSRF_HEADER = "X-CSRF-Token";

    private static final String PATH = "/api/v1/auth";

    private final Hmac hmac;

    TokenAnswers(Hmac hmac) {
        this.hmac = hmac.forPurpose("csrf-token");
    }

    /** The answer to a sign-in or a renewal. */
    public ResponseEntity<TokenResponse> of(TokenResponse tokens, boolean cookieMode) {
        var answer = ResponseEntity.ok().cacheControl(CacheControl.noStore());
        if (!cookieMode) {
            return answer.body(tokens);
        }
        String refreshToken = Objects.requireNonNull(tokens.refreshToken(), "already in cookie mode");
        String csrf = csrf(refreshToken);
        return answer.header(HttpHeaders.SET_COOKIE, refreshCookie(refreshToken, tokens.refreshLifetime()))
                .header(HttpHeaders.SET_COOKIE, csrfCookie(csrf, tokens.refreshLifetime()))
                .body(tokens.inCookieMode(csrf));
    }

    /** The answer to a sign-out: the cookies go, whether or not there were any. */
    ResponseEntity<Void> signedOut() {
        return ResponseEntity.noContent()
                .header(HttpHeaders.SET_COOKIE, refreshCookie("", Duration.ZERO))
                .header(HttpHeaders.SET_COOKIE, csrfCookie("", Duration.ZERO))
                .build();
    }

    /**
     * Makes sure that a renewal by cookie was meant by the page the cookie belongs to.
     *
     * @throws ProblemException FORBIDDEN when the header is missing or belongs to another token
     */
    void requireMeant(String refreshToken, @Nullable String sentCsrf) {
        byte[] expected = csrf(refreshToken).getBytes(StandardCharsets.UTF_8);
        if (sentCsrf == null || !MessageDigest.isEqual(expected, sentCsrf.getBytes(StandardCharsets.UTF_8))) {
            throw new ProblemException(
                            ProblemCode.FORBIDDEN,
                            "A renewal by cookie needs the header " + CSRF_HEADER + " with the value of csrf_token.")
                    .withAlias("CSRF_TOKEN_INVALID");
        }
    }

    private String csrf(String refreshToken) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(hmac.of(refreshToken));
    }

    private static String refreshCookie(String value, Duration lifetime) {
        return cookie(REFRESH_COOKIE, value, lifetime)
                .path(PATH)
                .httpOnly(true)
                .build()
                .toString();
    }

    private static String csrfCookie(String value, Duration lifetime) {
        return cookie(CSRF_COOKIE, value, lifetime).path("/").build().toString();
    }

    private static ResponseCookie.ResponseCookieBuilder cookie(String name, String value, Duration lifetime) {
        return ResponseCookie.from(name, value).secure(true).sameSite("Strict").maxAge(lifetime);
    }
}
