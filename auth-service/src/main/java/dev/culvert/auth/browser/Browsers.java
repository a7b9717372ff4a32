package dev.culvert.auth.browser;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Optional;
import org.springframework.http.ResponseCookie;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.web.context.SecurityContextHolderFilter;
import org.springframework.security.web.csrf.CookieCsrfTokenRepository;
import org.springframework.stereotype.Component;

/** What the authorization server needs to know of browsers. */
@Component
public class Browsers {
    private static final String CSRF_COOKIE = "culvert_form";

    private final BrowserSessions sessions;
    private final BrowserCookie cookie;
    private final BrowserProperties properties;

    Browsers(BrowserSessions sessions, BrowserCookie cookie, BrowserProperties properties) {
        this.sessions = sessions;
        this.cookie = cookie;
        this.properties = properties;
    }

    /** Makes a chain know browsers by their cookie, and forms by a token that another site cannot read. */
    public void secure(HttpSecurity http) {
        CookieCsrfTokenRepository formTokens = new CookieCsrfTokenRepository();
        formTokens.setCookieName(CSRF_COOKIE);
        formTokens.setCookiePath(BrowserCookie.PATH);
        formTokens.setCookieCustomizer(
                form -> form.httpOnly(true).secure(properties.secure()).sameSite("Lax"));
        http.csrf(csrf -> csrf.csrfTokenRepository(formTokens))
                .addFilterAfter(new BrowserSessionFilter(sessions, cookie), SecurityContextHolderFilter.class);
    }

    /** Whoever is signed in on this request's browser. */
    public Optional<BrowserSession> current() {
        return SecurityContextHolder.getContext().getAuthentication() instanceof SignedInBrowser browser
                ? Optional.of(browser.getPrincipal())
                : Optional.empty();
    }

    /** Ends the browser's session; the answer has to carry the cookie. */
    public ResponseCookie signOut(HttpServletRequest request) {
        cookie.read(request).ifPresent(sessions::end);
        return cookie.gone();
    }
}
