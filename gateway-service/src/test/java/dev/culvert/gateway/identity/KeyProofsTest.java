package dev.culvert.gateway.identity;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.Date;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.springframework.http.HttpHeaders;

/** RFC 9449 §4.3. */
class KeyProofsTest {
    private static final Instant NOW = Instant.parse("2026-11-22T10:00:00Z");
    private static final String TOKEN = "a.b.c";
    private static final String URL = "https://culvert.example/api/v1/tunnels";
    private static final ECKey KEY = key();

    private final KeyProofs proofs = new KeyProofs(Clock.fixed(NOW, ZoneOffset.UTC));

    @Test
    void acceptsAProofOnce() throws Exception {
        String proof = proof(KEY, claims -> claims);

        assertThat(proves(proof)).isTrue();
        assertThat(proves(proof)).isFalse();
        assertThat(proves(proof(KEY, claims -> claims.claim("htu", URL + "?limit=3"))))
                .isTrue();
    }

    @Test
    void refusesProofsForSomethingElse() throws Exception {
        assertThat(proves(proof(KEY, claims -> claims.claim("htm", "POST")))).isFalse();
        assertThat(proves(proof(KEY, claims -> claims.claim("htu", "https://evil.example/api/v1/tunnels"))))
                .isFalse();
        assertThat(proves(proof(KEY, claims -> claims.claim("ath", digest("x.y.z")))))
                .isFalse();
        assertThat(proves(proof(KEY, claims -> claims.claim("ath", null)))).isFalse();
        assertThat(proves(proof(KEY, claims -> claims.jwtID(null)))).isFalse();
        assertThat(proves(proof(key(), claims -> claims))).isFalse();
    }

    @Test
    void refusesOldAndFutureProofs() throws Exception {
        assertThat(proves(proof(KEY, claims -> claims.issueTime(Date.from(NOW.minusSeconds(61))))))
                .isFalse();
        assertThat(proves(proof(KEY, claims -> claims.issueTime(Date.from(NOW.plusSeconds(61))))))
                .isFalse();
        assertThat(proves(proof(KEY, claims -> claims.issueTime(null)))).isFalse();
        assertThat(proves(proof(KEY, claims -> claims.issueTime(Date.from(NOW.minusSeconds(59))))))
                .isTrue();
    }

    @Test
    void refusesWhatIsNoProof() throws Exception {
        String good = proof(KEY, claims -> claims);
        HttpHeaders bearer = headers(good);
        bearer.set(HttpHeaders.AUTHORIZATION, "Bearer " + TOKEN);
        HttpHeaders twice = headers(good);
        twice.add(KeyProofs.HEADER, good);
        SignedJWT otherType = signed(
                KEY,
                new JWSHeader.Builder(JWSAlgorithm.ES256)
                        .type(new JOSEObjectType("at+jwt"))
                        .jwk(KEY.toPublicJWK())
                        .build());
        SignedJWT symmetric = new SignedJWT(
                new JWSHeader.Builder(JWSAlgorithm.HS256)
                        .type(new JOSEObjectType("dpop+jwt"))
                        .jwk(KEY.toPublicJWK())
                        .build(),
                claims().build());
        symmetric.sign(new MACSigner(new byte[32]));

        assertThat(proves(bearer)).isFalse();
        assertThat(proves(twice)).isFalse();
        assertThat(proves(new HttpHeaders())).isFalse();
        assertThat(proves(otherType.serialize())).isFalse();
        assertThat(proves(symmetric.serialize())).isFalse();
        assertThat(proves("rubbish")).isFalse();
        assertThat(proves(good)).isTrue();
    }

    private boolean proves(String proof) throws JOSEException {
        return proves(headers(proof));
    }

    private boolean proves(HttpHeaders headers) throws JOSEException {
        return proofs.proves(KEY.computeThumbprint().toString(), TOKEN, "GET", URL, headers);
    }

    private static HttpHeaders headers(String proof) {
        HttpHeaders headers = new HttpHeaders();
        headers.set(HttpHeaders.AUTHORIZATION, "DPoP " + TOKEN);
        headers.set(KeyProofs.HEADER, proof);
        return headers;
    }

    private static String proof(ECKey key, UnaryOperator<JWTClaimsSet.Builder> change) throws JOSEException {
        SignedJWT jwt = new SignedJWT(
                new JWSHeader.Builder(JWSAlgorithm.ES256)
                        .type(new JOSEObjectType("dpop+jwt"))
                        .jwk(key.toPublicJWK())
                        .build(),
                change.apply(claims()).build());
        jwt.sign(new ECDSASigner(key));
        return jwt.serialize();
    }

    private static SignedJWT signed(ECKey key, JWSHeader header) throws JOSEException {
        SignedJWT jwt = new SignedJWT(header, claims().build());
        jwt.sign(new ECDSASigner(key));
        return jwt;
    }

    private static JWTClaimsSet.Builder claims() {
        return new JWTClaimsSet.Builder()
                .jwtID(UUID.randomUUID().toString())
                .issueTime(Date.from(NOW))
                .claim("htm", "GET")
                .claim("htu", URL)
                .claim("ath", digest(TOKEN));
    }

    private static ECKey key() {
        try {
            return new ECKeyGenerator(Curve.P_256).generate();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String digest(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.US_ASCII));
            return Base64.getUrlEncoder().withoutPadding().encodeToString(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
