package dev.culvert.auth.authorization;

import java.util.function.Consumer;
import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.core.OAuth2Error;
import org.springframework.security.oauth2.core.OAuth2ErrorCodes;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2AuthorizationCodeRequestAuthenticationContext;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2AuthorizationCodeRequestAuthenticationException;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2AuthorizationCodeRequestAuthenticationToken;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2AuthorizationCodeRequestAuthenticationValidator;

/** What an authorization request must fulfil: the engine's rules for address and scopes, at least one scope, a known resource. */
final class RequestRules implements Consumer<OAuth2AuthorizationCodeRequestAuthenticationContext> {
    private final AuthorizationProperties properties;
    private final OAuth2AuthorizationCodeRequestAuthenticationValidator engine =
            new OAuth2AuthorizationCodeRequestAuthenticationValidator();

    RequestRules(AuthorizationProperties properties) {
        this.properties = properties;
    }

    @Override
    public void accept(OAuth2AuthorizationCodeRequestAuthenticationContext context) {
        engine.accept(context);
        OAuth2AuthorizationCodeRequestAuthenticationToken request = context.getAuthentication();
        if (request.getScopes().isEmpty()) {
            throw refusal(new OAuth2Error(OAuth2ErrorCodes.INVALID_SCOPE, "Name at least one scope.", null), context);
        }
        if (!Resources.known(Resources.of(request.getAdditionalParameters()), properties.issuer())) {
            throw refusal(Resources.invalidTarget(), context);
        }
    }

    /** Goes back to the application: its address was checked first. */
    private static OAuth2AuthorizationCodeRequestAuthenticationException refusal(
            OAuth2Error error, OAuth2AuthorizationCodeRequestAuthenticationContext context) {
        OAuth2AuthorizationCodeRequestAuthenticationToken request = context.getAuthentication();
        String redirectUri = request.getRedirectUri() == null
                ? context.getRegisteredClient().getRedirectUris().iterator().next()
                : request.getRedirectUri();
        return new OAuth2AuthorizationCodeRequestAuthenticationException(
                error,
                new OAuth2AuthorizationCodeRequestAuthenticationToken(
                        request.getAuthorizationUri(),
                        request.getClientId(),
                        (Authentication) request.getPrincipal(),
                        redirectUri,
                        request.getState(),
                        request.getScopes(),
                        request.getAdditionalParameters()));
    }
}
