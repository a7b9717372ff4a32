package dev.culvert.gateway.identity;

import static dev.culvert.gateway.Problems.assertProblem;
import static dev.culvert.gateway.TestingGateway.JSON;
import static dev.culvert.gateway.TestingGateway.send;
import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.gateway.TestingGateway;
import dev.culvert.gateway.TestingService;
import dev.culvert.testing.TestCallers;
import dev.culvert.testing.TestingIssuer;
import java.net.http.HttpResponse;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Tokens of other issuers, which auth-service judges (requirements R2.1, X-1). */
class ExternalTokenIT {
    private static final String EXCHANGE = "/internal/external-tokens/exchange";
    private static final TestingGateway GATEWAY = TestingGateway.shared();
    private static final TestingService SERVICE = GATEWAY.service();

    @BeforeEach
    void forget() {
        SERVICE.forget();
    }

    @AfterAll
    static void tidyUp() {
        SERVICE.on(EXCHANGE, 401, "{}").forget();
    }

    @Test
    void exchangesATokenOnceAndSendsOursOn() throws Exception {
        String ours = TestingIssuer.shared().token(TestCallers.user());
        SERVICE.on(EXCHANGE, 200, JSON.writeValueAsString(Map.of("token", ours, "expiresInSeconds", 300)));
        String theirs = tokenOf("https://provider.test");

        assertThat(call(theirs).statusCode()).isEqualTo(200);
        assertThat(call(theirs).statusCode()).isEqualTo(200);

        TestingService.Received asked = SERVICE.next();
        assertThat(asked.uri()).isEqualTo(EXCHANGE);
        assertThat(asked.method()).isEqualTo("POST");
        assertThat(asked.headers().getFirst("Authorization")).isEqualTo("Bearer " + theirs);
        assertThat(SERVICE.waiting())
                .hasSize(2)
                .allSatisfy(sent ->
                        assertThat(sent.headers().getFirst("Authorization")).isEqualTo("Bearer " + ours));
    }

    @Test
    void doesNotAskAgainAboutATokenThatWasRefused() throws Exception {
        refuseWith(401, "AUTH_TOKEN_INVALID", "");
        String theirs = tokenOf("https://provider.test");

        for (int i = 0; i < 3; i++) {
            assertProblem(call(theirs), ProblemCode.AUTH_TOKEN_INVALID);
        }

        assertThat(SERVICE.waiting()).hasSize(1);
    }

    /** Whoever makes such tokens up, each another one, reaches auth-service once. */
    @Test
    void doesNotAskAgainAboutAnIssuerThatIsNotTrusted() throws Exception {
        refuseWith(401, "AUTH_TOKEN_INVALID", "ISSUER_NOT_TRUSTED");
        String issuer = "https://" + UUID.randomUUID() + ".test";

        for (int i = 0; i < 5; i++) {
            assertProblem(call(tokenOf(issuer)), ProblemCode.AUTH_TOKEN_INVALID);
        }

        assertThat(SERVICE.waiting()).hasSize(1);
    }

    @Test
    void saysWhyATokenIsNotTaken() throws Exception {
        refuseWith(401, "AUTH_TOKEN_EXPIRED", "");
        assertProblem(call(tokenOf("https://provider.test")), ProblemCode.AUTH_TOKEN_EXPIRED);
        refuseWith(403, "FORBIDDEN", "EXTERNAL_ACCOUNT_NOT_LINKED");
        assertProblem(call(tokenOf("https://provider.test")), ProblemCode.FORBIDDEN);
        SERVICE.on(EXCHANGE, 503, "{}");
        assertProblem(call(tokenOf("https://provider.test")), ProblemCode.SERVICE_UNAVAILABLE);
    }

    /** Nobody gets in with an answer that is no token of ours. */
    @Test
    void verifiesWhatItGets() throws Exception {
        SERVICE.on(EXCHANGE, 200, "{\"token\":\"" + tokenOf("https://provider.test") + "\"}");

        assertProblem(call(tokenOf("https://provider.test")), ProblemCode.AUTH_TOKEN_INVALID);
    }

    private static void refuseWith(int status, String code, String alias) {
        SERVICE.on(
                EXCHANGE,
                status,
                JSON.writeValueAsString(Map.of("error", Map.of("code", code, "details", Map.of("alias", alias)))));
    }

    private static HttpResponse<String> call(String token) {
        return send(GATEWAY.anonymous("/api/v1/tunnels").header("Authorization", "Bearer " + token));
    }

    private static String tokenOf(String issuer) throws JOSEException {
        SignedJWT jwt = new SignedJWT(
                new JWSHeader.Builder(JWSAlgorithm.ES256).build(),
                new JWTClaimsSet.Builder()
                        .issuer(issuer)
                        .jwtID(UUID.randomUUID().toString())
                        .build());
        jwt.sign(new ECDSASigner(new ECKeyGenerator(Curve.P_256).generate()));
        return jwt.serialize();
    }
}
