package dev.culvert.auth.authorization;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import dev.culvert.auth.account.Account;
import dev.culvert.auth.application.ApplicationScopes;
import dev.culvert.auth.browser.BrowserSession;
import dev.culvert.auth.signingkey.SigningKeys;
import dev.culvert.auth.token.ApplicationSessions;
import java.text.ParseException;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Date;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.springframework.security.oauth2.core.endpoint.OAuth2AuthorizationRequest;
import org.springframework.security.oauth2.server.authorization.OAuth2Authorization;
import org.springframework.stereotype.Component;

/** Id tokens: who signed in, and when, told to the application (OpenID Connect Core §2). */
@Component
class IdTokens {
    private static final String TYPE = "JWT";

    private final SigningKeys keys;
    private final ApplicationSessions sessions;
    private final AuthorizationProperties properties;
    private final Clock clock;

    IdTokens(SigningKeys keys, ApplicationSessions sessions, AuthorizationProperties properties, Clock clock) {
        this.keys = keys;
        this.sessions = sessions;
        this.properties = properties;
        this.clock = clock;
    }

    String issue(Account account, BrowserSession person, OAuth2Authorization authorization, Set<String> scopes) {
        Instant now = clock.instant().truncatedTo(ChronoUnit.SECONDS);
        JWTClaimsSet.Builder claims = new JWTClaimsSet.Builder()
                .issuer(properties.issuer())
                .subject(account.id().toString())
                .audience(authorization.getRegisteredClientId())
                .issueTime(Date.from(now))
                .expirationTime(Date.from(now.plus(sessions.accessLifetime())))
                .claim("auth_time", person.signedInAt().getEpochSecond())
                .claim("sid", authorization.getId());
        OAuth2AuthorizationRequest request = authorization.getAttribute(OAuth2AuthorizationRequest.class.getName());
        if (request != null && request.getAdditionalParameters().get("nonce") instanceof String nonce) {
            claims.claim("nonce", nonce);
        }
        about(account, scopes).forEach(claims::claim);
        return keys.sign(claims.build(), TYPE);
    }

    /** What the scopes allow to tell of somebody (OpenID Connect Core §5.4). */
    static Map<String, Object> about(Account account, Set<String> scopes) {
        Map<String, Object> claims = new TreeMap<>();
        if (scopes.contains(ApplicationScopes.PROFILE)) {
            claims.put("preferred_username", account.username());
        }
        if (scopes.contains(ApplicationScopes.EMAIL)) {
            claims.put("email", account.email());
            claims.put("email_verified", account.emailVerified());
        }
        return claims;
    }

    /** What an id token of ours says, expired or not; empty when it is none of ours. */
    Optional<JWTClaimsSet> read(String hint) {
        try {
            SignedJWT jwt = SignedJWT.parse(hint);
            JWTClaimsSet claims = jwt.getJWTClaimsSet();
            boolean ours = JWSAlgorithm.ES256.equals(jwt.getHeader().getAlgorithm())
                    && properties.issuer().equals(claims.getIssuer())
                    && signedByUs(jwt);
            return ours ? Optional.of(claims) : Optional.empty();
        } catch (ParseException | JOSEException e) {
            return Optional.empty();
        }
    }

    private boolean signedByUs(SignedJWT jwt) throws JOSEException {
        JWK key = keys.publicKeys().getKeyByKeyId(jwt.getHeader().getKeyID());
        return key instanceof ECKey known && jwt.verify(new ECDSAVerifier(known));
    }
}
