package dev.culvert.auth.authorization;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.security.authentication.AuthenticationProvider;
import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.server.authorization.authentication.ClientSecretAuthenticationProvider;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2ClientAuthenticationToken;

/** The engine's check of an application's secret; notes when somebody still comes with the secret before the present one. */
final class SecretProof implements AuthenticationProvider {
    private final ClientSecretAuthenticationProvider engine;
    private final ApplicationClients clients;
    private final SecretDigests digests;

    SecretProof(ClientSecretAuthenticationProvider engine, ApplicationClients clients, SecretDigests digests) {
        this.engine = engine;
        this.clients = clients;
        this.digests = digests;
        engine.setPasswordEncoder(digests);
    }

    @Override
    public @Nullable Authentication authenticate(Authentication authentication) {
        Object secret = authentication.getCredentials(); // the engine's answer may have forgotten it
        Authentication proven = engine.authenticate(authentication);
        if (proven instanceof OAuth2ClientAuthenticationToken client && secret != null) {
            var known = Objects.requireNonNull(client.getRegisteredClient());
            String stored = Objects.requireNonNullElse(known.getClientSecret(), "");
            if (digests.matchesPrevious(secret.toString(), stored)) {
                clients.previousSecretUsed(known.getClientId());
            }
        }
        return proven;
    }

    @Override
    public boolean supports(Class<?> authentication) {
        return engine.supports(authentication);
    }
}
