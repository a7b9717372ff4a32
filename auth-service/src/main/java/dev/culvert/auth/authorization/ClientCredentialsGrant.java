package dev.culvert.auth.authorization;

import dev.culvert.auth.application.ApplicationScopes;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.security.authentication.AuthenticationProvider;
import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2ClientAuthenticationToken;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2ClientCredentialsAuthenticationToken;

/** The engine's client credentials grant; without a scope it means all of the application's that need no person. */
final class ClientCredentialsGrant implements AuthenticationProvider {
    private final AuthenticationProvider engine;
    private final AuthorizationProperties properties;

    ClientCredentialsGrant(AuthenticationProvider engine, AuthorizationProperties properties) {
        this.engine = engine;
        this.properties = properties;
    }

    @Override
    public @Nullable Authentication authenticate(Authentication authentication) {
        var request = (OAuth2ClientCredentialsAuthenticationToken) authentication;
        Resources.require(Resources.of(request.getAdditionalParameters()), properties.issuer());
        boolean named = !request.getScopes().isEmpty();
        if (named || !(request.getPrincipal() instanceof OAuth2ClientAuthenticationToken client)) {
            return engine.authenticate(request);
        }
        Set<String> scopes = Objects.requireNonNull(client.getRegisteredClient()).getScopes().stream()
                .filter(scope -> !ApplicationScopes.isAboutAPerson(scope))
                .collect(Collectors.toUnmodifiableSet());
        return engine.authenticate(
                new OAuth2ClientCredentialsAuthenticationToken(client, scopes, request.getAdditionalParameters()));
    }

    @Override
    public boolean supports(Class<?> authentication) {
        return engine.supports(authentication);
    }
}
