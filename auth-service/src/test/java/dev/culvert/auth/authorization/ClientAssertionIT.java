package dev.culvert.auth.authorization;

import static dev.culvert.auth.AuthClient.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import dev.culvert.auth.AuthClient;
import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.testing.ProblemAssert;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** RFC 7523 §3: an application that proves itself with a key its owner registered. */
class ClientAssertionIT extends RunningAuthorizationServer {
    private AuthClient owner;
    private App withSecret;
    private String path;
    private ECKey key;

    @BeforeEach
    void registerAKey() throws JOSEException {
        owner = client().signedIn();
        withSecret = register(owner, true, Map.of());
        path = APPLICATIONS + "/" + withSecret.id() + "/keys";
        key = new ECKeyGenerator(Curve.P_256).keyID("1").generate();
        assertThat(setKeys(key.toPublicJWK()).statusCode()).isEqualTo(200);
    }

    @Test
    void provesAnApplicationInPlaceOfItsSecret() throws Exception {
        HttpResponse<String> answer = tokenFor(assertion(claims()));

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(client().as(json(answer).get("access_token").asString())
                        .get("/api/v1/auth/me")
                        .statusCode())
                .isEqualTo(200);
        assertError(token(withSecret, Map.of("grant_type", "client_credentials")), 401, "invalid_client");
        assertThat(json(owner.get(APPLICATIONS + "/" + withSecret.id()))
                        .get("authentication")
                        .asString())
                .isEqualTo("keys");

        assertThat(owner.delete(path).statusCode()).isEqualTo(204);

        assertError(tokenFor(assertion(claims())), 401, "invalid_client");
        assertThat(token(withSecret, Map.of("grant_type", "client_credentials")).statusCode())
                .isEqualTo(200);
    }

    @Test
    void isGoodOnce() throws Exception {
        String assertion = assertion(claims());
        List<Callable<Integer>> attempts = Stream.generate(
                        () -> (Callable<Integer>) () -> tokenFor(assertion).statusCode())
                .limit(8)
                .toList();

        List<Integer> answers = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<Integer> attempt : threads.invokeAll(attempts)) {
                answers.add(attempt.get());
            }
        }

        assertThat(answers).filteredOn(status -> status == 200).hasSize(1);
        assertThat(answers).filteredOn(status -> status == 401).hasSize(7);
    }

    @Test
    void isByAndAboutTheApplicationForThisServerAndShortLived() throws Exception {
        Instant now = clock.instant();
        String other = UUID.randomUUID().toString();
        List<JWTClaimsSet> wrong = List.of(
                new JWTClaimsSet.Builder(claims()).issuer(other).build(),
                new JWTClaimsSet.Builder(claims()).subject(other).build(),
                new JWTClaimsSet.Builder(claims())
                        .audience("https://evil.example")
                        .build(),
                new JWTClaimsSet.Builder(claims()).jwtID(null).build(),
                new JWTClaimsSet.Builder(claims()).expirationTime(null).build(),
                new JWTClaimsSet.Builder(claims())
                        .expirationTime(Date.from(now.minusSeconds(60)))
                        .build(),
                new JWTClaimsSet.Builder(claims())
                        .expirationTime(Date.from(now.plus(Duration.ofMinutes(10))))
                        .build(),
                new JWTClaimsSet.Builder(claims())
                        .notBeforeTime(Date.from(now.plusSeconds(90)))
                        .build());

        for (JWTClaimsSet claims : wrong) {
            assertError(tokenFor(assertion(claims)), 401, "invalid_client");
        }
        assertThat(tokenFor(assertion(claims())).statusCode()).isEqualTo(200);
    }

    @Test
    void isSignedByARegisteredKeyOnly() throws Exception {
        ECKey foreign = new ECKeyGenerator(Curve.P_256).keyID("1").generate();
        SignedJWT keyed = new SignedJWT(new JWSHeader(JWSAlgorithm.HS256), claims());
        keyed.sign(new MACSigner(withSecret.secret().orElseThrow()));
        String unsigned = "eyJhbGciOiJub25lIn0." + assertion(claims()).split("\\.")[1] + ".";

        for (String wrong : List.of(assertion(foreign, claims()), keyed.serialize(), unsigned, "made-up")) {
            assertError(tokenFor(wrong), 401, "invalid_client");
        }

        assertThat(setKeys(key.toPublicJWK(), foreign.toPublicJWK()).statusCode())
                .isEqualTo(200);
        assertThat(tokenFor(assertion(foreign, claims())).statusCode()).isEqualTo(200);
        assertThat(tokenFor(assertion(claims())).statusCode()).isEqualTo(200);
    }

    @Test
    void refusesKeysThatAreNotPublicStrongAndForSigning() throws Exception {
        RSAKey weak = new RSAKeyGenerator(1024, true).generate();
        ECKey forEncryption =
                new ECKey.Builder(key.toPublicJWK()).keyUse(KeyUse.ENCRYPTION).build();

        for (HttpResponse<String> answer :
                List.of(setKeys(key), setKeys(weak.toPublicJWK()), setKeys(forEncryption), setKeys())) {
            ProblemAssert.assertThat(answer)
                    .isProblem(ProblemCode.VALIDATION_ERROR)
                    .hasViolationsOf("keys");
        }
        App open = register(owner, false, Map.of());
        ProblemAssert.assertThat(owner.put(
                        APPLICATIONS + "/" + open.id() + "/keys",
                        Map.of("keys", List.of(key.toPublicJWK().toJSONObject()))))
                .isProblem(ProblemCode.CONFLICT_STATE);
        ProblemAssert.assertThat(client().signedIn().delete(path)).isProblem(ProblemCode.NOT_FOUND);
    }

    private HttpResponse<String> setKeys(JWK... keys) {
        return owner.put(
                path, Map.of("keys", Stream.of(keys).map(JWK::toJSONObject).toList()));
    }

    private JWTClaimsSet claims() {
        Instant now = clock.instant();
        String issuer = json(client().get("/.well-known/oauth-authorization-server"))
                .get("issuer")
                .asString();
        return new JWTClaimsSet.Builder()
                .issuer(withSecret.id())
                .subject(withSecret.id())
                .audience(issuer)
                .jwtID(UUID.randomUUID().toString())
                .issueTime(Date.from(now))
                .expirationTime(Date.from(now.plusSeconds(60)))
                .build();
    }

    private String assertion(JWTClaimsSet claims) throws JOSEException {
        return assertion(key, claims);
    }

    private static String assertion(ECKey key, JWTClaimsSet claims) throws JOSEException {
        SignedJWT jwt = new SignedJWT(
                new JWSHeader.Builder(JWSAlgorithm.ES256).keyID("1").build(), claims);
        jwt.sign(new ECDSASigner(key));
        return jwt.serialize();
    }

    private HttpResponse<String> tokenFor(String assertion) {
        Map<String, String> fields = new HashMap<>(Map.of(
                "grant_type", "client_credentials",
                "client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
                "client_assertion", assertion));
        return token(new App(withSecret.id(), Optional.empty()), fields);
    }
}
