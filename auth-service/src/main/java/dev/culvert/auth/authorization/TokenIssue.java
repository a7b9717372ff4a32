package dev.culvert.auth.authorization;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.JWK;
import dev.culvert.auth.account.Account;
import dev.culvert.auth.account.Accounts;
import dev.culvert.auth.authorization.ClientRows.Client;
import dev.culvert.auth.browser.BrowserSession;
import dev.culvert.auth.browser.SignedInBrowser;
import dev.culvert.auth.opaquetoken.OpaqueToken;
import dev.culvert.auth.token.AccessTokens;
import dev.culvert.auth.token.AccessTokens.ApplicationGrant;
import dev.culvert.auth.token.ApplicationSessions;
import java.text.ParseException;
import java.time.Clock;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.security.oauth2.core.OAuth2AuthenticationException;
import org.springframework.security.oauth2.core.OAuth2ErrorCodes;
import org.springframework.security.oauth2.core.OAuth2RefreshToken;
import org.springframework.security.oauth2.core.OAuth2Token;
import org.springframework.security.oauth2.core.oidc.endpoint.OidcParameterNames;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.server.authorization.OAuth2Authorization;
import org.springframework.security.oauth2.server.authorization.token.OAuth2TokenContext;
import org.springframework.security.oauth2.server.authorization.token.OAuth2TokenGenerator;
import org.springframework.stereotype.Component;

/** Makes what the engine gives out: access tokens as every service of the suite knows them, opaque refresh tokens, id tokens. */
@Component
class TokenIssue implements OAuth2TokenGenerator<OAuth2Token> {
    private final AccessTokens accessTokens;
    private final IdTokens idTokens;
    private final Grants grants;
    private final Accounts accounts;
    private final ApplicationSessions sessions;
    private final SystemWork work;
    private final Clock clock;

    TokenIssue(
            AccessTokens accessTokens,
            IdTokens idTokens,
            Grants grants,
            Accounts accounts,
            ApplicationSessions sessions,
            SystemWork work,
            Clock clock) {
        this.accessTokens = accessTokens;
        this.idTokens = idTokens;
        this.grants = grants;
        this.accounts = accounts;
        this.sessions = sessions;
        this.work = work;
        this.clock = clock;
    }

    /** For whom a token is, and the session it ends with. */
    private record Holder(Account account, UUID sessionId) {}

    @Override
    public @Nullable OAuth2Token generate(OAuth2TokenContext context) {
        return switch (context.getTokenType().getValue()) {
            case "access_token" -> accessToken(context);
            case "refresh_token" -> refreshToken(context);
            case OidcParameterNames.ID_TOKEN -> idToken(context);
            default -> null;
        };
    }

    private Jwt accessToken(OAuth2TokenContext context) {
        UUID clientId = UUID.fromString(context.getRegisteredClient().getClientId());
        Holder holder = holder(context);
        ApplicationGrant grant = new ApplicationGrant(
                clientId,
                holder.sessionId(),
                context.getAuthorizedScopes(),
                Set.copyOf(Resources.of(context)),
                keyThumbprint(context),
                Optional.empty());
        return JwtForm.of(accessTokens.forApplication(holder.account(), grant));
    }

    private Holder holder(OAuth2TokenContext context) {
        if (context.getPrincipal() instanceof SignedInBrowser browser) {
            OAuth2Authorization authorization = Objects.requireNonNull(context.getAuthorization());
            Account account = work.call(() -> account(browser.getPrincipal().accountId()));
            return new Holder(account, UUID.fromString(authorization.getId()));
        }
        Client client = ApplicationClients.read(context.getRegisteredClient());
        UUID sessionId =
                grants.runningServiceSession(client).orElseGet(() -> work.call(() -> grants.newServiceSession(client)));
        return new Holder(client.owner(), sessionId);
    }

    private OAuth2RefreshToken refreshToken(OAuth2TokenContext context) {
        OAuth2Authorization authorization = Objects.requireNonNull(context.getAuthorization());
        OpaqueToken token = AuthorizationMapping.successor(authorization).orElseGet(OpaqueToken::random);
        Instant now = clock.instant();
        return new OAuth2RefreshToken(token.value(), now, now.plus(sessions.refreshLifetime()));
    }

    private Jwt idToken(OAuth2TokenContext context) {
        OAuth2Authorization authorization = Objects.requireNonNull(context.getAuthorization());
        BrowserSession person =
                Objects.requireNonNull(context.<SignedInBrowser>getPrincipal()).getPrincipal();
        Account account = work.call(() -> account(person.accountId()));
        return JwtForm.of(idTokens.issue(account, person, authorization, context.getAuthorizedScopes()));
    }

    private Account account(UUID id) {
        return accounts.find(id).orElseThrow(TokenIssue::gone);
    }

    /** Account or application were deleted while the request was on its way. */
    private static OAuth2AuthenticationException gone() {
        return new OAuth2AuthenticationException(OAuth2ErrorCodes.INVALID_GRANT);
    }

    /** The key of a proof the engine has verified (RFC 9449 §6.1). */
    private static Optional<String> keyThumbprint(OAuth2TokenContext context) {
        Jwt proof = context.get(OAuth2TokenContext.DPOP_PROOF_KEY);
        if (proof == null) {
            return Optional.empty();
        }
        try {
            @SuppressWarnings("unchecked")
            Map<String, Object> key = (Map<String, Object>) proof.getHeaders().get("jwk");
            return Optional.of(JWK.parse(key).computeThumbprint().toString());
        } catch (ParseException | JOSEException e) {
            throw new OAuth2AuthenticationException(OAuth2ErrorCodes.INVALID_DPOP_PROOF);
        }
    }
}
