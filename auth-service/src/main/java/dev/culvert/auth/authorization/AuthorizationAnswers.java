package dev.culvert.auth.authorization;

import dev.culvert.auth.browser.Page;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.oauth2.core.OAuth2AuthenticationException;
import org.springframework.security.oauth2.core.OAuth2Error;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2AuthorizationCodeRequestAuthenticationException;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2AuthorizationCodeRequestAuthenticationToken;
import org.springframework.security.web.authentication.AuthenticationFailureHandler;
import org.springframework.security.web.authentication.AuthenticationSuccessHandler;
import org.springframework.stereotype.Component;
import org.springframework.web.util.UriUtils;

/**
 * How the authorization endpoint answers: by sending the browser back to the application with {@code state} unchanged and
 * {@code iss} (RFC 9207), or, when the address to go back to is not certain, by a page that leads nowhere.
 */
@Component
class AuthorizationAnswers implements AuthenticationSuccessHandler, AuthenticationFailureHandler {
    private final AuthorizationProperties properties;

    AuthorizationAnswers(AuthorizationProperties properties) {
        this.properties = properties;
    }

    @Override
    public void onAuthenticationSuccess(
            HttpServletRequest request, HttpServletResponse response, Authentication authentication) {
        var answer = (OAuth2AuthorizationCodeRequestAuthenticationToken) authentication;
        Map<String, @Nullable String> parameters = new LinkedHashMap<>();
        parameters.put(
                "code", Objects.requireNonNull(answer.getAuthorizationCode()).getTokenValue());
        parameters.put("state", answer.getState());
        send(response, Objects.requireNonNull(answer.getRedirectUri()), parameters);
    }

    @Override
    public void onAuthenticationFailure(
            HttpServletRequest request, HttpServletResponse response, AuthenticationException exception)
            throws IOException {
        OAuth2Error error = ((OAuth2AuthenticationException) exception).getError();
        if (exception instanceof OAuth2AuthorizationCodeRequestAuthenticationException refusal
                && refusal.getAuthorizationCodeRequestAuthentication() != null
                && refusal.getAuthorizationCodeRequestAuthentication().getRedirectUri() != null) {
            var asked = refusal.getAuthorizationCodeRequestAuthentication();
            sendError(response, Objects.requireNonNull(asked.getRedirectUri()), asked.getState(), error);
        } else {
            show(response, error);
        }
    }

    /** Sends the browser back with an error (RFC 6749 §4.1.2.1). */
    void sendError(HttpServletResponse response, String redirectUri, @Nullable String state, OAuth2Error error) {
        Map<String, @Nullable String> parameters = new LinkedHashMap<>();
        parameters.put("error", error.getErrorCode());
        parameters.put("error_description", error.getDescription());
        parameters.put("state", state);
        send(response, redirectUri, parameters);
    }

    private void send(HttpServletResponse response, String redirectUri, Map<String, @Nullable String> parameters) {
        StringBuilder location = new StringBuilder(redirectUri);
        parameters.put("iss", properties.issuer());
        parameters.forEach((name, value) -> {
            if (value != null && !value.isEmpty()) {
                location.append(location.indexOf("?") < 0 ? '?' : '&')
                        .append(name)
                        .append('=')
                        .append(UriUtils.encode(value, StandardCharsets.UTF_8));
            }
        });
        response.setStatus(HttpStatus.SEE_OTHER.value()); // a form's fields must not be sent on (RFC 9700 §4.12)
        response.setHeader(HttpHeaders.LOCATION, location.toString());
        response.setHeader(HttpHeaders.CACHE_CONTROL, "no-store");
        response.setHeader("Referrer-Policy", "no-referrer");
    }

    private static void show(HttpServletResponse response, OAuth2Error error) throws IOException {
        String detail = error.getDescription() == null ? error.getErrorCode() : error.getDescription();
        Page page = Page.of(
                "This request cannot be answered",
                "<p>The application that sent you here asked for something it may not ask for, or the page was open for too"
                        + " long. Go back to the application and start again.</p><p class=\"note\">"
                        + Page.text(error.getErrorCode() + ": " + detail) + "</p>");
        page.write(response, HttpStatus.BAD_REQUEST);
    }
}
