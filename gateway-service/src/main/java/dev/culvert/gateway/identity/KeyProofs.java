package dev.culvert.gateway.identity;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.gateway.call.Call;
import dev.culvert.gateway.call.Identity;
import dev.culvert.platform.problem.ProblemException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.text.ParseException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.stereotype.Component;

/**
 * Proofs that a caller has the key an access token is bound to (DPoP, RFC 9449 §4.3, §7): a signature over method, address
 * and token, made for this request only. A token that was copied without its key is of no use.
 */
@Component
final class KeyProofs {
    /** Request header of the proof; also the scheme of {@code Authorization} that goes with it. */
    static final String HEADER = "DPoP";

    private static final String TYPE = "dpop+jwt";
    private static final Set<JWSAlgorithm> ALGORITHMS =
            Set.of(JWSAlgorithm.ES256, JWSAlgorithm.ES384, JWSAlgorithm.ES512, JWSAlgorithm.RS256, JWSAlgorithm.PS256);

    /** How far the clock of the caller may be off, and how long a proof can travel. */
    private static final Duration TOLERANCE = Duration.ofSeconds(60);

    private static final int MOST_REMEMBERED = 200_000;

    private final Clock clock;
    private final Cache<String, Boolean> seen = Caffeine.newBuilder()
            .maximumSize(MOST_REMEMBERED)
            .expireAfterWrite(TOLERANCE.multipliedBy(2))
            .build();

    KeyProofs(Clock clock) {
        this.clock = clock;
    }

    /**
     * Lets a request through whose token is bound to no key, or whose proof is good.
     *
     * @throws ProblemException AUTH_TOKEN_INVALID
     */
    void require(Identity identity, ServerHttpRequest request, Call call) {
        String url = call.client().scheme() + "://" + call.client().host()
                + request.getURI().getRawPath();
        boolean proven = identity.keyThumbprint()
                .map(key -> proves(key, identity.token(), request.getMethod().name(), url, request.getHeaders()))
                .orElse(true);
        if (!proven) {
            throw new ProblemException(
                            ProblemCode.AUTH_TOKEN_INVALID,
                            "This token is bound to a key: send it as 'Authorization: DPoP ...' with a new proof in the"
                                    + " header DPoP.")
                    .withHeader(HttpHeaders.WWW_AUTHENTICATE, "DPoP error=\"invalid_dpop_proof\"");
        }
    }

    /**
     * Whether a request proves that its caller has the key.
     *
     * @param url address without query, as the caller used it
     */
    boolean proves(String thumbprint, String token, String method, String url, HttpHeaders headers) {
        List<String> proofs = headers.getOrEmpty(HEADER);
        return proofs.size() == 1 && boundScheme(headers) && isGood(proofs.getFirst(), thumbprint, token, method, url);
    }

    private static boolean boundScheme(HttpHeaders headers) {
        String authorization = headers.getFirst(HttpHeaders.AUTHORIZATION);
        return authorization != null && authorization.regionMatches(true, 0, HEADER + " ", 0, HEADER.length() + 1);
    }

    private boolean isGood(String proof, String thumbprint, String token, String method, String url) {
        try {
            SignedJWT jwt = SignedJWT.parse(proof);
            JWK key = jwt.getHeader().getJWK();
            return key != null
                    && key.computeThumbprint().toString().equals(thumbprint)
                    && isSigned(jwt, key)
                    && isFor(jwt.getJWTClaimsSet(), token, method, url)
                    && isNew(jwt.getJWTClaimsSet(), thumbprint);
        } catch (ParseException | JOSEException e) {
            return false;
        }
    }

    private static boolean isSigned(SignedJWT jwt, JWK key) throws JOSEException {
        JWSHeader header = jwt.getHeader();
        if (header.getType() == null
                || !TYPE.equals(header.getType().getType())
                || !ALGORITHMS.contains(header.getAlgorithm())
                || key.isPrivate()) {
            return false;
        }
        JWSVerifier verifier = switch (key) {
            case ECKey ec -> new ECDSAVerifier(ec);
            case RSAKey rsa -> new RSASSAVerifier(rsa);
            default -> throw new JOSEException("A key of this kind cannot prove anything here");
        };
        return jwt.verify(verifier);
    }

    private boolean isFor(JWTClaimsSet claims, String token, String method, String url) throws ParseException {
        Date issued = claims.getIssueTime();
        Instant now = clock.instant();
        return issued != null
                && Duration.between(issued.toInstant(), now).abs().compareTo(TOLERANCE) <= 0
                && method.equals(claims.getStringClaim("htm"))
                && url.equals(withoutQuery(claims.getStringClaim("htu")))
                && digest(token).equals(claims.getStringClaim("ath"));
    }

    /** Each proof once; the key belongs to what is remembered, so that nobody can use up another's ids. */
    private boolean isNew(JWTClaimsSet claims, String thumbprint) {
        String id = claims.getJWTID();
        return id != null
                && !id.isEmpty()
                && seen.asMap().putIfAbsent(digest(thumbprint + " " + id), Boolean.TRUE) == null;
    }

    private static String withoutQuery(@Nullable String url) {
        if (url == null) {
            return "";
        }
        int end = url.indexOf('?');
        return end < 0 ? url : url.substring(0, end);
    }

    private static String digest(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return Base64.getUrlEncoder().withoutPadding().encodeToString(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java has SHA-256", e);
        }
    }
}
