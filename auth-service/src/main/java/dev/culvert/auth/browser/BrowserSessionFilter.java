package dev.culvert.auth.browser;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.security.core.context.SecurityContext;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.web.filter.OncePerRequestFilter;

/** Makes the browser's session the authentication of the request. */
final class BrowserSessionFilter extends OncePerRequestFilter {
    private final BrowserSessions sessions;
    private final BrowserCookie cookie;

    BrowserSessionFilter(BrowserSessions sessions, BrowserCookie cookie) {
        this.sessions = sessions;
        this.cookie = cookie;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        cookie.read(request).flatMap(sessions::find).ifPresent(session -> {
            SecurityContext context = SecurityContextHolder.createEmptyContext();
            context.setAuthentication(new SignedInBrowser(session));
            SecurityContextHolder.setContext(context);
        });
        chain.doFilter(request, response);
    }
}
