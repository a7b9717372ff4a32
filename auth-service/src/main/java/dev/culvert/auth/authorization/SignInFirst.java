package dev.culvert.auth.authorization;

import dev.culvert.auth.browser.BrowserSession;
import dev.culvert.auth.browser.Browsers;
import dev.culvert.auth.browser.Continuation;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.oauth2.core.OAuth2Error;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2AuthorizationCodeRequestAuthenticationToken;
import org.springframework.web.filter.OncePerRequestFilter;
import org.springframework.web.util.UriUtils;

/**
 * Sends browsers to the sign-in page before an authorization request or the page for devices goes on: when nobody is signed
 * in, when the application asks for it ({@code prompt=login}), or when the sign-in is older than it accepts ({@code
 * max_age}, OpenID Connect Core §3.1.2.1). Requests reach this only after the engine has checked them, so nobody signs in
 * for one that would be refused.
 */
final class SignInFirst extends OncePerRequestFilter {
    /** Fulfilled by signing in; kept, they would ask for it forever. */
    private static final Set<String> ANSWERED_BY_SIGNING_IN = Set.of("prompt", "max_age");

    private final Browsers browsers;
    private final AuthorizationAnswers answers;
    private final Clock clock;

    SignInFirst(Browsers browsers, AuthorizationAnswers answers, Clock clock) {
        this.browsers = browsers;
        this.answers = answers;
        this.clock = clock;
    }

    @Override
    protected boolean shouldNotFilter(HttpServletRequest request) {
        boolean asks = request.getParameter("response_type") != null || request.getParameter("request_uri") != null;
        return switch (request.getServletPath()) {
            case Endpoints.AUTHORIZE -> !asks;
            case Endpoints.DEVICE -> false;
            default -> true;
        };
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        List<String> prompts = List.of(parameter(request, "prompt").split(" ", -1));
        Optional<BrowserSession> browser = browsers.current();
        boolean recent = browser.filter(session -> recentEnough(session, parameter(request, "max_age")))
                .isPresent();
        if (recent && !prompts.contains("login")) {
            chain.doFilter(request, response);
        } else if (prompts.contains("none")) {
            refuse(request, response, chain);
        } else {
            SecurityContextHolder.clearContext();
            response.setStatus(HttpStatus.SEE_OTHER.value());
            response.setHeader(HttpHeaders.LOCATION, new Continuation(path(request)).signInPage());
            response.setHeader(HttpHeaders.CACHE_CONTROL, "no-store");
        }
    }

    /** Whoever must not be shown a page is told so by redirect; where to, the engine's check has left behind. */
    private void refuse(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        Object checked = request.getAttribute(OAuth2AuthorizationCodeRequestAuthenticationToken.class.getName());
        if (checked instanceof OAuth2AuthorizationCodeRequestAuthenticationToken asked
                && asked.getRedirectUri() != null) {
            OAuth2Error error = new OAuth2Error("login_required", "Somebody has to sign in first.", null);
            answers.sendError(response, asked.getRedirectUri(), asked.getState(), error);
        } else {
            chain.doFilter(request, response);
        }
    }

    private boolean recentEnough(BrowserSession session, String maxAge) {
        if (!maxAge.matches("\\d{1,9}")) {
            return true;
        }
        Instant oldest = clock.instant().minusSeconds(Long.parseLong(maxAge));
        return !session.signedInAt().isBefore(oldest);
    }

    /** The request again, wherever its parameters came from. */
    private static String path(HttpServletRequest request) {
        String query = request.getParameterMap().entrySet().stream()
                .filter(parameter -> !ANSWERED_BY_SIGNING_IN.contains(parameter.getKey()))
                .flatMap(parameter -> Arrays.stream(parameter.getValue())
                        .map(value -> encoded(parameter.getKey()) + "=" + encoded(value)))
                .collect(Collectors.joining("&"));
        return request.getServletPath() + (query.isEmpty() ? "" : "?" + query);
    }

    private static String encoded(String text) {
        return UriUtils.encode(text, StandardCharsets.UTF_8);
    }

    private static String parameter(HttpServletRequest request, String name) {
        @Nullable String value = request.getParameter(name);
        return value == null ? "" : value;
    }
}
