package dev.culvert.auth.authorization;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.security.authentication.AuthenticationProvider;
import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.core.ClientAuthenticationMethod;
import org.springframework.security.oauth2.core.OAuth2AuthenticationException;
import org.springframework.security.oauth2.core.OAuth2ErrorCodes;
import org.springframework.security.oauth2.server.authorization.OAuth2Authorization;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2ClientAuthenticationToken;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2RefreshTokenAuthenticationToken;
import org.springframework.security.oauth2.server.authorization.client.RegisteredClient;

/**
 * The engine's refresh grant with what it lacks: whoever loses a race gets the winner's token in a second round, and a
 * token bound to a key is renewed with that key only (RFC 9449 §5).
 */
final class RefreshGrant implements AuthenticationProvider {
    private final AuthenticationProvider engine;
    private final AuthorizationStore authorizations;
    private final AuthorizationProperties properties;

    RefreshGrant(AuthenticationProvider engine, AuthorizationStore authorizations, AuthorizationProperties properties) {
        this.engine = engine;
        this.authorizations = authorizations;
        this.properties = properties;
    }

    @Override
    public @Nullable Authentication authenticate(Authentication authentication) {
        var request = (OAuth2RefreshTokenAuthenticationToken) authentication;
        Resources.require(Resources.of(request.getAdditionalParameters()), properties.issuer());
        requireOwnKey(request);
        try {
            return engine.authenticate(request);
        } catch (RefreshRaceLostException lost) {
            return engine.authenticate(request);
        }
    }

    @Override
    public boolean supports(Class<?> authentication) {
        return engine.supports(authentication);
    }

    /** The engine looks at a proof only when one is sent. */
    private void requireOwnKey(OAuth2RefreshTokenAuthenticationToken request) {
        OAuth2Authorization authorization = authorizations.findByToken(request.getRefreshToken(), null);
        if (authorization == null) {
            return;
        }
        boolean proven = request.getAdditionalParameters().containsKey("dpop_proof");
        if (AuthorizationMapping.keyThumbprint(authorization).isPresent() && isPublic(request) && !proven) {
            throw new OAuth2AuthenticationException(OAuth2ErrorCodes.INVALID_DPOP_PROOF);
        }
    }

    private static boolean isPublic(OAuth2RefreshTokenAuthenticationToken request) {
        RegisteredClient client = ((OAuth2ClientAuthenticationToken) Objects.requireNonNull(request.getPrincipal()))
                .getRegisteredClient();
        return client != null && client.getClientAuthenticationMethods().contains(ClientAuthenticationMethod.NONE);
    }
}
