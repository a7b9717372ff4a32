package dev.culvert.auth.authorization;

import dev.culvert.auth.authorization.AuthorizationRows.Handle;
import dev.culvert.auth.authorization.StoredAuthorization.Decision;
import dev.culvert.auth.browser.SignedInBrowser;
import dev.culvert.auth.opaquetoken.OpaqueToken;
import java.security.Principal;
import java.time.Clock;
import java.time.Instant;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.springframework.security.oauth2.core.AuthorizationGrantType;
import org.springframework.security.oauth2.core.OAuth2AccessToken;
import org.springframework.security.oauth2.core.OAuth2DeviceCode;
import org.springframework.security.oauth2.core.OAuth2RefreshToken;
import org.springframework.security.oauth2.core.OAuth2Token;
import org.springframework.security.oauth2.core.OAuth2UserCode;
import org.springframework.security.oauth2.core.endpoint.OAuth2AuthorizationRequest;
import org.springframework.security.oauth2.core.endpoint.OAuth2ParameterNames;
import org.springframework.security.oauth2.server.authorization.OAuth2Authorization;
import org.springframework.security.oauth2.server.authorization.OAuth2AuthorizationCode;
import org.springframework.security.oauth2.server.authorization.client.RegisteredClient;
import org.springframework.stereotype.Component;

/** Between the engine's authorizations, full of values, and the stored ones, which know digests only. */
@Component
class AuthorizationMapping {
    /** Attributes of ours, which live from the look-up of a token to the change that follows. */
    private static final String PRESENTED = "culvert.presented-refresh-token";

    private static final String SUCCESSOR = "culvert.successor";

    /** Stands where the engine wants a token of which only the digest is known. */
    private static final String UNKNOWN = "-";

    private final ApplicationClients clients;
    private final RequestJson requests;
    private final AuthorizationProperties properties;
    private final Clock clock;

    AuthorizationMapping(
            ApplicationClients clients, RequestJson requests, AuthorizationProperties properties, Clock clock) {
        this.clients = clients;
        this.requests = requests;
        this.properties = properties;
        this.clock = clock;
    }

    /** Whether the engine wants the tokens of this authorization to stop working. */
    static boolean revoked(OAuth2Authorization authorization) {
        return invalidated(authorization.getAccessToken()) || invalidated(authorization.getRefreshToken());
    }

    static boolean codeInvalidated(OAuth2Authorization authorization) {
        return invalidated(authorization.getToken(OAuth2AuthorizationCode.class));
    }

    /** The refresh token a renewal was asked with. */
    static Optional<OpaqueToken> presentedRefreshToken(OAuth2Authorization authorization) {
        return Optional.ofNullable(authorization.<OpaqueToken>getAttribute(PRESENTED));
    }

    /** The refresh token that a renewal has to give out again. */
    static Optional<OpaqueToken> successor(OAuth2Authorization authorization) {
        return Optional.ofNullable(authorization.<OpaqueToken>getAttribute(SUCCESSOR));
    }

    /** The key an access token is bound to (RFC 9449 §6). */
    static Optional<String> keyThumbprint(OAuth2Authorization authorization) {
        OAuth2Authorization.Token<OAuth2AccessToken> token = authorization.getAccessToken();
        Map<String, Object> claims = token == null ? null : token.getClaims();
        return claims != null && claims.get("cnf") instanceof Map<?, ?> confirmation
                ? Optional.ofNullable(confirmation.get("jkt")).map(Object::toString)
                : Optional.empty();
    }

    StoredAuthorization stored(OAuth2Authorization authorization) {
        Instant now = clock.instant();
        boolean device = AuthorizationGrantType.DEVICE_CODE.equals(authorization.getAuthorizationGrantType());
        OAuth2AuthorizationRequest request = authorization.getAttribute(OAuth2AuthorizationRequest.class.getName());
        Set<String> asked = authorization.getAttribute(OAuth2ParameterNames.SCOPE);
        Object principal = authorization.getAttribute(Principal.class.getName());
        return new StoredAuthorization(
                UUID.fromString(authorization.getId()),
                UUID.fromString(authorization.getRegisteredClientId()),
                authorization.getAuthorizationGrantType().getValue(),
                principal instanceof SignedInBrowser browser ? Optional.of(browser.getPrincipal()) : Optional.empty(),
                asked == null ? authorization.getAuthorizedScopes() : asked,
                Optional.ofNullable(request).map(requests::write),
                Optional.empty(),
                decision(authorization),
                now,
                now.plus(device ? properties.deviceCodeLifetime() : properties.codeLifetime()),
                Optional.empty());
    }

    /** What the authorization can be found by from now on. */
    Map<Handle, String> handles(OAuth2Authorization authorization) {
        Map<Handle, String> handles = new EnumMap<>(Handle.class);
        String state = authorization.getAttribute(OAuth2ParameterNames.STATE);
        if (state != null) {
            handles.put(Handle.STATE, state);
        }
        value(authorization, OAuth2AuthorizationCode.class).ifPresent(code -> handles.put(Handle.CODE, code));
        value(authorization, OAuth2DeviceCode.class).ifPresent(code -> handles.put(Handle.DEVICE_CODE, code));
        value(authorization, OAuth2UserCode.class).ifPresent(code -> handles.put(Handle.USER_CODE, code));
        return handles;
    }

    OAuth2Authorization request(StoredAuthorization stored) {
        return builder(stored).build();
    }

    OAuth2Authorization withState(StoredAuthorization stored, String state) {
        OAuth2Authorization.Builder builder = builder(stored).attribute(OAuth2ParameterNames.STATE, state);
        if (isDevice(stored)) {
            addDevice(builder, stored, UNKNOWN, UNKNOWN);
        }
        return builder.build();
    }

    OAuth2Authorization withCode(StoredAuthorization stored, String code) {
        return builder(stored)
                .token(new OAuth2AuthorizationCode(code, stored.createdAt(), stored.expiresAt()))
                .build();
    }

    OAuth2Authorization withDeviceCode(StoredAuthorization stored, String code) {
        OAuth2Authorization.Builder builder = builder(stored);
        addDevice(builder, stored, code, UNKNOWN);
        return builder.build();
    }

    OAuth2Authorization withUserCode(StoredAuthorization stored, String code) {
        OAuth2Authorization.Builder builder = builder(stored);
        addDevice(builder, stored, UNKNOWN, code);
        return builder.build();
    }

    OAuth2Authorization withRefreshToken(StoredAuthorization stored, String token, Optional<OpaqueToken> successor) {
        Instant now = clock.instant();
        OAuth2Authorization.Builder builder = builder(stored)
                .token(new OAuth2RefreshToken(token, stored.createdAt(), stored.expiresAt()))
                .token(
                        new OAuth2AccessToken(
                                OAuth2AccessToken.TokenType.BEARER, UNKNOWN, now, stored.expiresAt(), stored.scopes()),
                        metadata -> metadata.put(
                                OAuth2Authorization.Token.CLAIMS_METADATA_NAME,
                                stored.keyThumbprint()
                                        .map(thumbprint -> Map.<String, Object>of("cnf", Map.of("jkt", thumbprint)))
                                        .orElse(Map.of())))
                .attribute(PRESENTED, OpaqueToken.of(token));
        successor.ifPresent(known -> builder.attribute(SUCCESSOR, known));
        return builder.build();
    }

    private OAuth2Authorization.Builder builder(StoredAuthorization stored) {
        RegisteredClient client =
                Objects.requireNonNull(clients.findById(stored.applicationId().toString()));
        OAuth2Authorization.Builder builder = OAuth2Authorization.withRegisteredClient(client)
                .id(stored.id().toString())
                .principalName(stored.allowedBy()
                        .map(person -> person.accountId().toString())
                        .orElse(client.getClientId()))
                .authorizationGrantType(new AuthorizationGrantType(stored.grantType()));
        stored.allowedBy()
                .ifPresent(person -> builder.attribute(Principal.class.getName(), new SignedInBrowser(person)));
        stored.request()
                .ifPresent(request ->
                        builder.attribute(OAuth2AuthorizationRequest.class.getName(), requests.read(request)));
        if (isDevice(stored) && stored.decision().isEmpty()) {
            builder.attribute(OAuth2ParameterNames.SCOPE, new HashSet<>(stored.scopes()));
        } else {
            builder.authorizedScopes(stored.scopes());
        }
        return builder;
    }

    private static boolean isDevice(StoredAuthorization stored) {
        return AuthorizationGrantType.DEVICE_CODE.getValue().equals(stored.grantType());
    }

    /** The engine tells a device's state by which of its two codes are spent. */
    private void addDevice(
            OAuth2Authorization.Builder builder, StoredAuthorization stored, String deviceCode, String userCode) {
        boolean refused = stored.decision().filter(Decision.REFUSED::equals).isPresent();
        boolean decided = stored.decision().isPresent();
        // The engine measures by the system's clock; what is over by ours must be over by that one, too.
        Instant end = stored.expiresAt().isAfter(clock.instant())
                ? stored.expiresAt()
                : stored.createdAt().plusMillis(1);
        builder.token(new OAuth2DeviceCode(deviceCode, stored.createdAt(), end), invalidated(refused));
        builder.token(new OAuth2UserCode(userCode, stored.createdAt(), end), invalidated(decided));
    }

    private static Consumer<Map<String, Object>> invalidated(boolean spent) {
        return metadata -> metadata.put(OAuth2Authorization.Token.INVALIDATED_METADATA_NAME, spent);
    }

    private static Optional<Decision> decision(OAuth2Authorization authorization) {
        if (invalidated(authorization.getToken(OAuth2DeviceCode.class))) {
            return Optional.of(Decision.REFUSED);
        }
        return invalidated(authorization.getToken(OAuth2UserCode.class))
                ? Optional.of(Decision.ALLOWED)
                : Optional.empty();
    }

    private static boolean invalidated(OAuth2Authorization.@Nullable Token<?> token) {
        return token != null && token.isInvalidated();
    }

    private static <T extends OAuth2Token> Optional<String> value(OAuth2Authorization authorization, Class<T> type) {
        return Optional.ofNullable(authorization.getToken(type))
                .map(token -> token.getToken().getTokenValue())
                .filter(value -> !value.equals(UNKNOWN));
    }
}
