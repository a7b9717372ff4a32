package dev.culvert.auth.authorization;

import org.jspecify.annotations.Nullable;
import org.springframework.security.authentication.AuthenticationProvider;
import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.server.authorization.OAuth2TokenIntrospection;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2ClientAuthenticationToken;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2TokenIntrospectionAuthenticationToken;

/**
 * The engine's introspection, of an application's own tokens: the suite verifies tokens itself, so nobody else has to ask,
 * and who comes by another application's token learns nothing (RFC 7662 §4).
 */
final class OwnTokensIntrospection implements AuthenticationProvider {
    private final AuthenticationProvider engine;

    OwnTokensIntrospection(AuthenticationProvider engine) {
        this.engine = engine;
    }

    @Override
    public @Nullable Authentication authenticate(Authentication authentication) {
        Authentication answer = engine.authenticate(authentication);
        if (answer instanceof OAuth2TokenIntrospectionAuthenticationToken told
                && told.getPrincipal() instanceof OAuth2ClientAuthenticationToken asking
                && told.getTokenClaims().isActive()
                && !asking.getName().equals(told.getTokenClaims().getClientId())) {
            return new OAuth2TokenIntrospectionAuthenticationToken(
                    told.getToken(), asking, OAuth2TokenIntrospection.builder().build());
        }
        return answer;
    }

    @Override
    public boolean supports(Class<?> authentication) {
        return engine.supports(authentication);
    }
}
