package dev.culvert.auth.browser;

import dev.culvert.auth.opaquetoken.OpaqueToken;
import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Duration;
import java.util.Optional;
import org.springframework.http.ResponseCookie;
import org.springframework.stereotype.Component;
import org.springframework.web.util.WebUtils;

/** The cookie that carries a browser's session: for these pages only, out of reach of scripts and of other sites' forms. */
@Component
class BrowserCookie {
    static final String NAME = "culvert_browser";
    static final String PATH = "/oauth";

    private final BrowserProperties properties;

    BrowserCookie(BrowserProperties properties) {
        this.properties = properties;
    }

    Optional<OpaqueToken> read(HttpServletRequest request) {
        return Optional.ofNullable(WebUtils.getCookie(request, NAME))
                .map(Cookie::getValue)
                .filter(value -> !value.isEmpty())
                .map(OpaqueToken::of);
    }

    ResponseCookie carrying(OpaqueToken token) {
        return cookie(token.value(), properties.sessionLifetime());
    }

    ResponseCookie gone() {
        return cookie("", Duration.ZERO);
    }

    private ResponseCookie cookie(String value, Duration age) {
        return ResponseCookie.from(NAME, value)
                .path(PATH)
                .httpOnly(true)
                .secure(properties.secure())
                .sameSite("Lax") // applications send browsers here by a link from their own site
                .maxAge(age)
                .build();
    }
}
