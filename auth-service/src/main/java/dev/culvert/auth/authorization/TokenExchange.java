package dev.culvert.auth.authorization;

import dev.culvert.auth.account.Account;
import dev.culvert.auth.account.Accounts;
import dev.culvert.auth.token.AccessTokens;
import dev.culvert.auth.token.AccessTokens.ApplicationGrant;
import dev.culvert.contracts.identity.CallerClaims;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.springframework.security.authentication.AuthenticationProvider;
import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.core.AuthorizationGrantType;
import org.springframework.security.oauth2.core.OAuth2AccessToken;
import org.springframework.security.oauth2.core.OAuth2AuthenticationException;
import org.springframework.security.oauth2.core.OAuth2Error;
import org.springframework.security.oauth2.core.OAuth2ErrorCodes;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.server.authorization.OAuth2Authorization;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2AccessTokenAuthenticationToken;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2ClientAuthenticationToken;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2TokenExchangeAuthenticationToken;
import org.springframework.security.oauth2.server.authorization.client.RegisteredClient;
import org.springframework.stereotype.Component;

/**
 * Token exchange (RFC 8693), to hand on less than one has: an application that got somebody's token with a request makes one
 * of its own from it, for the same person and the same session, with no more scopes, for no longer. Ours in place of the
 * engine's, which checks scopes against the application alone and so could widen them.
 */
@Component
class TokenExchange implements AuthenticationProvider {
    private static final String ACCESS_TOKEN_TYPE = "urn:ietf:params:oauth:token-type:access_token";

    private final IssuedTokens issued;
    private final AccessTokens accessTokens;
    private final Accounts accounts;
    private final SystemWork work;
    private final AuthorizationProperties properties;

    TokenExchange(
            IssuedTokens issued,
            AccessTokens accessTokens,
            Accounts accounts,
            SystemWork work,
            AuthorizationProperties properties) {
        this.issued = issued;
        this.accessTokens = accessTokens;
        this.accounts = accounts;
        this.work = work;
        this.properties = properties;
    }

    @Override
    public Authentication authenticate(Authentication authentication) {
        var request = (OAuth2TokenExchangeAuthenticationToken) authentication;
        if (!(request.getPrincipal() instanceof OAuth2ClientAuthenticationToken client)) {
            throw new OAuth2AuthenticationException(OAuth2ErrorCodes.INVALID_CLIENT);
        }
        RegisteredClient asking = Objects.requireNonNull(client.getRegisteredClient());
        if (!asking.getAuthorizationGrantTypes().contains(AuthorizationGrantType.TOKEN_EXCHANGE)) {
            throw new OAuth2AuthenticationException(OAuth2ErrorCodes.UNAUTHORIZED_CLIENT);
        }
        requirePlain(request);
        OAuth2Authorization subject = issued.find(request.getSubjectToken())
                .filter(TokenExchange::allowedBySomebody)
                .orElseThrow(() -> refusal(OAuth2ErrorCodes.INVALID_GRANT, "The subject token cannot be exchanged."));
        Set<String> scopes = scopes(request, subject, asking);
        OAuth2AccessToken token = token(request, subject, asking, scopes);
        return new OAuth2AccessTokenAuthenticationToken(
                asking, client, token, null, Map.of("issued_token_type", ACCESS_TOKEN_TYPE));
    }

    @Override
    public boolean supports(Class<?> authentication) {
        return OAuth2TokenExchangeAuthenticationToken.class.isAssignableFrom(authentication);
    }

    /** Refuses what would be more than handing on less: other kinds of tokens, other actors, other servers, other keys. */
    private void requirePlain(OAuth2TokenExchangeAuthenticationToken request) {
        if (!ACCESS_TOKEN_TYPE.equals(request.getSubjectTokenType())
                || !ACCESS_TOKEN_TYPE.equals(request.getRequestedTokenType())) {
            throw refusal(OAuth2ErrorCodes.INVALID_REQUEST, "Access tokens are exchanged for access tokens only.");
        }
        if (request.getActorToken() != null) {
            throw refusal(OAuth2ErrorCodes.INVALID_REQUEST, "The actor is the application that asks.");
        }
        if (request.getAdditionalParameters().containsKey("dpop_proof")) {
            throw refusal(OAuth2ErrorCodes.INVALID_REQUEST, "An exchanged token is not bound to a key.");
        }
        boolean here = request.getAudiences().stream()
                .allMatch(audience -> audience.equals(CallerClaims.AUDIENCE) || audience.equals(properties.issuer()));
        if (!here || !Resources.known(request.getResources().stream().toList(), properties.issuer())) {
            throw new OAuth2AuthenticationException(Resources.invalidTarget());
        }
    }

    /**
     * Whether a person allowed what the token is good for. Not a token an application got for itself, which ends alone; nor
     * one that was exchanged before, else nobody sees any more who acts; nor one of somebody else's key.
     */
    private static boolean allowedBySomebody(OAuth2Authorization subject) {
        return AuthorizationGrantType.AUTHORIZATION_CODE.equals(subject.getAuthorizationGrantType())
                && AuthorizationMapping.keyThumbprint(subject).isEmpty();
    }

    private static Set<String> scopes(
            OAuth2TokenExchangeAuthenticationToken request, OAuth2Authorization subject, RegisteredClient asking) {
        Set<String> both = new HashSet<>(subject.getAuthorizedScopes());
        both.retainAll(asking.getScopes());
        Set<String> asked = request.getScopes().isEmpty() ? both : request.getScopes();
        if (asked.isEmpty() || !both.containsAll(asked)) {
            throw refusal(
                    OAuth2ErrorCodes.INVALID_SCOPE, "Not more than both the subject token and the application have.");
        }
        return new TreeSet<>(asked);
    }

    private OAuth2AccessToken token(
            OAuth2TokenExchangeAuthenticationToken request,
            OAuth2Authorization subject,
            RegisteredClient asking,
            Set<String> scopes) {
        OAuth2AccessToken before =
                Objects.requireNonNull(subject.getAccessToken()).getToken();
        Account account = work.call(() -> person(subject, asking));
        ApplicationGrant grant = new ApplicationGrant(
                UUID.fromString(asking.getClientId()),
                UUID.fromString(subject.getId()),
                scopes,
                request.getResources(),
                Optional.empty(),
                Optional.of(Objects.requireNonNull(before.getExpiresAt())));
        Jwt jwt = JwtForm.of(accessTokens.forApplication(account, grant));
        return new OAuth2AccessToken(
                OAuth2AccessToken.TokenType.BEARER, jwt.getTokenValue(), jwt.getIssuedAt(), end(jwt), scopes);
    }

    /** A token in its last second has no time left that could be handed on. */
    private static Instant end(Jwt jwt) {
        Instant issuedAt = Objects.requireNonNull(jwt.getIssuedAt());
        Instant end = Objects.requireNonNull(jwt.getExpiresAt());
        if (Duration.between(issuedAt, end).toSeconds() < 1) {
            throw refusal(OAuth2ErrorCodes.INVALID_GRANT, "The subject token has expired.");
        }
        return end;
    }

    /** The person the subject token speaks for, who must be of the tenant of the application that asks. */
    private Account person(OAuth2Authorization subject, RegisteredClient asking) {
        UUID tenantId = ApplicationClients.read(asking).application().tenantId();
        return accounts.find(UUID.fromString(subject.getPrincipalName()))
                .filter(account -> account.tenantId().equals(tenantId))
                .orElseThrow(() -> refusal(OAuth2ErrorCodes.INVALID_GRANT, "The subject token cannot be exchanged."));
    }

    private static OAuth2AuthenticationException refusal(String code, String description) {
        return new OAuth2AuthenticationException(new OAuth2Error(code, description, null));
    }
}
