package dev.culvert.auth.authorization;

import dev.culvert.auth.token.AccessTokens;
import dev.culvert.auth.token.ApplicationSessions;
import dev.culvert.platform.caller.CallerTokens;
import dev.culvert.platform.problem.ProblemException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.springframework.security.oauth2.core.AuthorizationGrantType;
import org.springframework.security.oauth2.core.OAuth2AccessToken;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.server.authorization.OAuth2Authorization;
import org.springframework.security.oauth2.server.authorization.client.RegisteredClient;
import org.springframework.stereotype.Component;

/** Access tokens that applications hold: verified like everywhere, and good as long as their session runs. */
@Component
class IssuedTokens {
    private final CallerTokens tokens;
    private final ApplicationClients clients;
    private final AuthorizationRows rows;
    private final ApplicationSessions sessions;
    private final SystemWork work;

    IssuedTokens(
            CallerTokens tokens,
            ApplicationClients clients,
            AuthorizationRows rows,
            ApplicationSessions sessions,
            SystemWork work) {
        this.tokens = tokens;
        this.clients = clients;
        this.rows = rows;
        this.sessions = sessions;
        this.work = work;
    }

    /** The authorization a token speaks of; empty when the token does not hold or belongs to no application. */
    Optional<OAuth2Authorization> find(String value) {
        try {
            tokens.verify(value);
        } catch (ProblemException refused) {
            return Optional.empty(); // RFC 7662 §2.2, RFC 7009 §2.2: such a token is inactive, which is no error
        }
        Jwt jwt = JwtForm.of(value);
        String clientId = Objects.requireNonNullElse(jwt.getClaimAsString("client_id"), "");
        RegisteredClient client = clients.findByClientId(clientId);
        String sessionId = jwt.getClaimAsString("sid");
        if (client == null
                || sessionId == null
                || !good(UUID.fromString(sessionId), Objects.requireNonNull(jwt.getId()))) {
            return Optional.empty();
        }
        return Optional.of(authorization(jwt, client, sessionId, grant(jwt, UUID.fromString(sessionId))));
    }

    /** How the application came by the token: any grant by a person is an authorization with the id of its session. */
    private AuthorizationGrantType grant(Jwt jwt, UUID sessionId) {
        if (jwt.hasClaim(AccessTokens.ACTOR)) {
            return AuthorizationGrantType.TOKEN_EXCHANGE;
        }
        return work.call(() -> rows.find(sessionId)).isPresent()
                ? AuthorizationGrantType.AUTHORIZATION_CODE
                : AuthorizationGrantType.CLIENT_CREDENTIALS;
    }

    private boolean good(UUID sessionId, String tokenId) {
        return work.call(() -> sessions.running(sessionId, Duration.ZERO) && !sessions.endedAlone(tokenId));
    }

    private static OAuth2Authorization authorization(
            Jwt jwt, RegisteredClient client, String sessionId, AuthorizationGrantType grant) {
        Map<String, Object> claims = jwt.getClaims();
        OAuth2AccessToken.TokenType type =
                claims.containsKey("cnf") ? OAuth2AccessToken.TokenType.DPOP : OAuth2AccessToken.TokenType.BEARER;
        Set<String> scopes = scopes(jwt);
        return OAuth2Authorization.withRegisteredClient(client)
                .id(sessionId)
                .principalName(Objects.requireNonNull(jwt.getSubject()))
                .authorizationGrantType(grant)
                .authorizedScopes(scopes)
                .token(
                        new OAuth2AccessToken(type, jwt.getTokenValue(), jwt.getIssuedAt(), jwt.getExpiresAt(), scopes),
                        metadata -> metadata.put(OAuth2Authorization.Token.CLAIMS_METADATA_NAME, claims))
                .build();
    }

    private static Set<String> scopes(Jwt jwt) {
        return Arrays.stream(Objects.requireNonNullElse(jwt.getClaimAsString("scope"), "")
                        .split(" ", -1))
                .filter(scope -> !scope.isEmpty())
                .collect(Collectors.toUnmodifiableSet());
    }
}
