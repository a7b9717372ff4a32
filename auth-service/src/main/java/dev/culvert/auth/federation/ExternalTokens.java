package dev.culvert.auth.federation;

import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKMatcher;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import dev.culvert.auth.federation.TokenRefusedException.Reason;
import dev.culvert.auth.federation.TrustedIssuers.TrustedIssuer;
import java.text.ParseException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.Date;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/**
 * Verifies tokens of trusted providers: type, algorithm out of the provider's list, signature by its keys, issuer, audience
 * and times (requirements R2.1, R2.1a, S4.50).
 */
@Component
class ExternalTokens {
    /** Access tokens are of these types (RFC 9068, RFC 7519); a logout token or a proof of a key is not. */
    private static final Set<String> TYPES = Set.of("jwt", "at+jwt", "application/at+jwt");

    /** OpenID Connect Core §2 */
    private static final int LONGEST_SUBJECT = 255;

    private static final Pattern SUBJECT = Pattern.compile("[^\\p{Cntrl}]+");
    private static final Duration OLDEST = Duration.ofDays(1);

    private final FederationProperties properties;
    private final Clock clock;

    ExternalTokens(FederationProperties properties, Clock clock) {
        this.properties = properties;
        this.clock = clock;
    }

    /** What an access token for this suite says. */
    JWTClaimsSet verifyAccessToken(TrustedIssuer issuer, SignedJWT token) throws TokenRefusedException {
        require(TYPES.contains(type(token.getHeader())), Reason.WRONG_TYPE);
        JWTClaimsSet claims = verify(issuer, token);
        require(!Collections.disjoint(claims.getAudience(), issuer.settings().audiences()), Reason.WRONG_AUDIENCE);
        // Its holder would have to prove a key to us; taken as it is, whoever stole it could use it.
        require(claims.getClaim("cnf") == null, Reason.BOUND_TO_KEY);
        return claims;
    }

    /** What an id token, given for the sign-in with this nonce, says (OpenID Connect Core §3.1.3.7). */
    JWTClaimsSet verifyIdToken(TrustedIssuer issuer, String token, String nonce) throws TokenRefusedException {
        try {
            JWTClaimsSet claims = verify(issuer, SignedJWT.parse(token));
            List<String> audience = claims.getAudience();
            String clientId = issuer.settings().clientId();
            String authorizedParty = claims.getStringClaim("azp");
            require(audience.contains(clientId), Reason.WRONG_AUDIENCE);
            require(audience.size() == 1 || authorizedParty != null, Reason.WRONG_AUDIENCE);
            require(authorizedParty == null || authorizedParty.equals(clientId), Reason.WRONG_AUDIENCE);
            require(nonce.equals(claims.getStringClaim("nonce")), Reason.WRONG_NONCE);
            return claims;
        } catch (ParseException e) {
            throw new TokenRefusedException(Reason.MALFORMED);
        }
    }

    private JWTClaimsSet verify(TrustedIssuer issuer, SignedJWT token) throws TokenRefusedException {
        JWSHeader header = token.getHeader();
        require(issuer.settings().algorithms().contains(header.getAlgorithm().getName()), Reason.WRONG_ALGORITHM);
        JWKMatcher matcher = JWKMatcher.forJWSHeader(header);
        require(matcher != null, Reason.WRONG_ALGORITHM);
        List<JWK> keys = matcher == null ? List.of() : issuer.documents().keys(matcher);
        require(!keys.isEmpty(), Reason.UNKNOWN_KEY);
        require(keys.stream().anyMatch(key -> Signatures.made(key, token)), Reason.WRONG_SIGNATURE);
        JWTClaimsSet claims = claims(token);
        require(issuer.settings().issuer().equals(claims.getIssuer()), Reason.WRONG_ISSUER);
        verifySubject(claims.getSubject());
        verifyTimes(claims);
        return claims;
    }

    private static void verifySubject(@Nullable String subject) throws TokenRefusedException {
        require(
                subject != null
                        && subject.length() <= LONGEST_SUBJECT
                        && SUBJECT.matcher(subject).matches(),
                Reason.CLAIM_MISSING);
    }

    private void verifyTimes(JWTClaimsSet claims) throws TokenRefusedException {
        Date expires = claims.getExpirationTime();
        Date issued = claims.getIssueTime();
        if (expires == null || issued == null) {
            throw new TokenRefusedException(Reason.CLAIM_MISSING);
        }
        Instant now = clock.instant();
        Instant soon = now.plus(properties.clockSkew());
        Instant recently = now.minus(properties.clockSkew());
        Date notBefore = claims.getNotBeforeTime();
        require(expires.toInstant().isAfter(recently), Reason.EXPIRED);
        require(!issued.toInstant().isAfter(soon), Reason.NOT_YET_VALID);
        require(notBefore == null || !notBefore.toInstant().isAfter(soon), Reason.NOT_YET_VALID);
        require(issued.toInstant().isAfter(recently.minus(OLDEST)), Reason.TOO_OLD);
    }

    private static JWTClaimsSet claims(SignedJWT token) throws TokenRefusedException {
        try {
            return token.getJWTClaimsSet();
        } catch (ParseException e) {
            throw new TokenRefusedException(Reason.MALFORMED);
        }
    }

    private static String type(JWSHeader header) {
        JOSEObjectType type = header.getType();
        return type == null ? "jwt" : type.getType().toLowerCase(Locale.ROOT);
    }

    private static void require(boolean condition, Reason otherwise) throws TokenRefusedException {
        if (!condition) {
            throw new TokenRefusedException(otherwise);
        }
    }
}
