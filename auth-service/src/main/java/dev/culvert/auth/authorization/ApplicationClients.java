package dev.culvert.auth.authorization;

import dev.culvert.auth.application.Application;
import dev.culvert.auth.application.Applications;
import dev.culvert.auth.authorization.ClientRows.Client;
import java.time.Clock;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.security.oauth2.core.AuthorizationGrantType;
import org.springframework.security.oauth2.core.ClientAuthenticationMethod;
import org.springframework.security.oauth2.jose.jws.SignatureAlgorithm;
import org.springframework.security.oauth2.server.authorization.client.RegisteredClient;
import org.springframework.security.oauth2.server.authorization.client.RegisteredClientRepository;
import org.springframework.security.oauth2.server.authorization.settings.ClientSettings;
import org.springframework.security.oauth2.server.authorization.settings.TokenSettings;
import org.springframework.stereotype.Component;

/** The applications as Spring's engine knows them; what an application may do follows from what it is. */
@Component
class ApplicationClients implements RegisteredClientRepository {
    private static final String READ = "culvert.client";

    private final ClientRows rows;
    private final Applications applications;
    private final SystemWork work;
    private final AuthorizationProperties properties;
    private final Clock clock;

    ApplicationClients(
            ClientRows rows,
            Applications applications,
            SystemWork work,
            AuthorizationProperties properties,
            Clock clock) {
        this.rows = rows;
        this.applications = applications;
        this.work = work;
        this.properties = properties;
        this.clock = clock;
    }

    /**
     * Never called: the engine saves a client only at its own registration endpoint, which is not switched on, or to replace
     * the hash of a secret, and {@link SecretDigests} never asks for that. Applications are stored by their own API only.
     */
    @Override
    public void save(RegisteredClient registeredClient) {
        throw new UnsupportedOperationException("Applications are registered at /api/v1/oauth/applications");
    }

    @Override
    public @Nullable RegisteredClient findById(String id) {
        return read(id).map(this::client).orElse(null);
    }

    @Override
    public @Nullable RegisteredClient findByClientId(String clientId) {
        return findById(clientId);
    }

    Optional<Application> find(String clientId) {
        return read(clientId).map(Client::application);
    }

    /** What was read of the database when the engine asked for a client, in this same request. */
    static Client read(RegisteredClient client) {
        Client read = client.getClientSettings().getSetting(READ);
        return Objects.requireNonNull(read, "every client comes from here");
    }

    private Optional<Client> read(String clientId) {
        return id(clientId).flatMap(id -> work.call(() -> rows.find(id)));
    }

    private static Optional<UUID> id(String clientId) {
        try {
            UUID id = UUID.fromString(clientId);
            return id.toString().equals(clientId) ? Optional.of(id) : Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.empty(); // not an id of ours, so nobody's
        }
    }

    private RegisteredClient client(Client read) {
        Application application = read.application();
        RegisteredClient.Builder client = RegisteredClient.withId(
                        application.id().toString())
                .clientId(application.id().toString())
                .clientIdIssuedAt(application.createdAt())
                .clientName(application.name())
                .redirectUris(uris -> uris.addAll(application.redirectUris()))
                .postLogoutRedirectUris(uris -> uris.addAll(application.postLogoutRedirectUris()))
                .scopes(scopes -> scopes.addAll(application.scopes()))
                .clientSettings(settings(read))
                .tokenSettings(TokenSettings.builder()
                        .authorizationCodeTimeToLive(properties.codeLifetime())
                        .deviceCodeTimeToLive(properties.deviceCodeLifetime())
                        .reuseRefreshTokens(false)
                        .build());
        addMethods(client, application);
        addGrants(client, application);
        return client.build();
    }

    private static ClientSettings settings(Client read) {
        Application application = read.application();
        ClientSettings.Builder settings = ClientSettings.builder()
                .requireProofKey(true)
                .requireAuthorizationConsent(!application.trusted())
                .setting(READ, read);
        application
                .jwks()
                .ifPresent(jwks -> settings.setting(ClientAssertions.KEYS, jwks)
                        // tells the engine that assertions are signed and not keyed with a secret; which algorithms are
                        // taken is
                        // decided where they are checked
                        .tokenEndpointAuthenticationSigningAlgorithm(SignatureAlgorithm.ES256));
        return settings.build();
    }

    private Optional<String> previousDigest(Application application) {
        return application
                .previousSecret()
                .filter(previous -> previous.validUntil().isAfter(clock.instant()))
                .map(Application.PreviousSecret::digest);
    }

    /** Notes that an instance of the application does not have the present secret yet. */
    void previousSecretUsed(String clientId) {
        work.run(() -> applications.previousSecretUsed(UUID.fromString(clientId), clock.instant()));
    }

    private void addMethods(RegisteredClient.Builder client, Application application) {
        if (application.jwks().isPresent()) {
            client.clientAuthenticationMethod(ClientAuthenticationMethod.PRIVATE_KEY_JWT);
            return;
        }
        application
                .secretDigest()
                .ifPresentOrElse(
                        digest -> client.clientSecret(SecretDigests.stored(digest, previousDigest(application)))
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
            client.authorizationGrantType(AuthorizationGrantType.CLIENT_CREDENTIALS)
                    .authorizationGrantType(AuthorizationGrantType.TOKEN_EXCHANGE);
        }
    }
}
