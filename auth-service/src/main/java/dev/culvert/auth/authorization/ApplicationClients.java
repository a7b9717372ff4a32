package dev.culvert.auth.authorization;

import dev.culvert.auth.application.Application;
import dev.culvert.auth.application.Applications;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.security.oauth2.core.AuthorizationGrantType;
import org.springframework.security.oauth2.core.ClientAuthenticationMethod;
import org.springframework.security.oauth2.server.authorization.client.RegisteredClient;
import org.springframework.security.oauth2.server.authorization.client.RegisteredClientRepository;
import org.springframework.security.oauth2.server.authorization.settings.ClientSettings;
import org.springframework.security.oauth2.server.authorization.settings.TokenSettings;
import org.springframework.stereotype.Component;

/** The applications as Spring's engine knows them; what an application may do follows from what it is. */
@Component
class ApplicationClients implements RegisteredClientRepository {
    private final Applications applications;
    private final SystemWork work;
    private final AuthorizationProperties properties;

    ApplicationClients(Applications applications, SystemWork work, AuthorizationProperties properties) {
        this.applications = applications;
        this.work = work;
        this.properties = properties;
    }

    /** Applications are stored by their own API only. */
    @Override
    public void save(RegisteredClient registeredClient) {
        throw new UnsupportedOperationException("Applications are registered at /api/v1/oauth/applications");
    }

    @Override
    public @Nullable RegisteredClient findById(String id) {
        return find(id).map(this::client).orElse(null);
    }

    @Override
    public @Nullable RegisteredClient findByClientId(String clientId) {
        return findById(clientId);
    }

    Optional<Application> find(String clientId) {
        return id(clientId).flatMap(id -> work.call(() -> applications.find(id)));
    }

    private static Optional<UUID> id(String clientId) {
        try {
            UUID id = UUID.fromString(clientId);
            return id.toString().equals(clientId) ? Optional.of(id) : Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.empty(); // not an id of ours, so nobody's
        }
    }

    private RegisteredClient client(Application application) {
        RegisteredClient.Builder client = RegisteredClient.withId(
                        application.id().toString())
                .clientId(application.id().toString())
                .clientIdIssuedAt(application.createdAt())
                .clientName(application.name())
                .redirectUris(uris -> uris.addAll(application.redirectUris()))
                .postLogoutRedirectUris(uris -> uris.addAll(application.postLogoutRedirectUris()))
                .scopes(scopes -> scopes.addAll(application.scopes()))
                .clientSettings(ClientSettings.builder()
                        .requireProofKey(true)
                        .requireAuthorizationConsent(!application.trusted())
                        .build())
                .tokenSettings(TokenSettings.builder()
                        .authorizationCodeTimeToLive(properties.codeLifetime())
                        .deviceCodeTimeToLive(properties.deviceCodeLifetime())
                        .reuseRefreshTokens(false)
                        .build());
        addMethods(client, application);
        addGrants(client, application);
        return client.build();
    }

    private static void addMethods(RegisteredClient.Builder client, Application application) {
        application
                .secretDigest()
                .ifPresentOrElse(
                        digest -> client.clientSecret(digest)
                                .clientAuthenticationMethod(ClientAuthenticationMethod.CLIENT_SECRET_BASIC)
                                .clientAuthenticationMethod(ClientAuthenticationMethod.CLIENT_SECRET_POST),
                        () -> client.clientAuthenticationMethod(ClientAuthenticationMethod.NONE));
    }

    private static void addGrants(RegisteredClient.Builder client, Application application) {
        if (!application.redirectUris().isEmpty()) {
            client.authorizationGrantType(AuthorizationGrantType.AUTHORIZATION_CODE);
        }
        if (application.deviceFlow()) {
            client.authorizationGrantType(AuthorizationGrantType.DEVICE_CODE);
        }
        if (!application.redirectUris().isEmpty() || application.deviceFlow()) {
            client.authorizationGrantType(AuthorizationGrantType.REFRESH_TOKEN);
        }
        if (application.confidential()) {
            client.authorizationGrantType(AuthorizationGrantType.CLIENT_CREDENTIALS);
        }
    }
}
