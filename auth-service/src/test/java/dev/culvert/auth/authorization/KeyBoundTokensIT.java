package dev.culvert.auth.authorization;

import static dev.culvert.auth.AuthClient.claims;
import static dev.culvert.auth.AuthClient.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.net.http.HttpResponse;
import java.util.Date;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** DPoP (RFC 9449) at the token endpoint; at the API it is the gateway that asks for proofs. */
class KeyBoundTokensIT extends RunningAuthorizationServer {

    @Test
    void bindsTokensToTheKeyOfTheProof() throws Exception {
        App app = publicApp();
        ECKey key = key();
        String code = code(app, anybody());

        JsonNode tokens = json(exchange(app, code, proof(key)));

        assertThat(tokens.get("token_type").asString()).isEqualTo("DPoP");
        String access = tokens.get("access_token").asString();
        assertThat(claims(access).getJSONObjectClaim("cnf").get("jkt"))
                .isEqualTo(key.computeThumbprint().toString());
        String refresh = tokens.get("refresh_token").asString();
        assertError(refresh(app, refresh), 400, "invalid_dpop_proof");
        assertError(renew(app, refresh, proof(key())), 400, "invalid_dpop_proof");
        JsonNode renewed = json(renew(app, refresh, proof(key)));
        assertThat(claims(renewed.get("access_token").asString()).getJSONObjectClaim("cnf"))
                .isEqualTo(claims(access).getJSONObjectClaim("cnf"));
    }

    @Test
    void refusesProofsThatProveNothing() throws Exception {
        App app = confidentialApp();
        ECKey key = key();
        String once = proof(key);
        Map<String, String> request = Map.of("grant_type", "client_credentials");

        assertThat(json(token(app, request, "DPoP", once)).get("token_type").asString())
                .isEqualTo("DPoP");

        assertError(token(app, request, "DPoP", once), 400, "invalid_dpop_proof");
        assertError(token(app, request, "DPoP", "rubbish"), 400, "invalid_dpop_proof");
        String elsewhere = proof(key, "https://other.example/oauth/token");
        assertError(token(app, request, "DPoP", elsewhere), 400, "invalid_dpop_proof");
    }

    private HttpResponse<String> exchange(App app, String code, String proof) {
        return token(
                app,
                Map.of(
                        "grant_type",
                        "authorization_code",
                        "code",
                        code,
                        "redirect_uri",
                        CALLBACK,
                        "code_verifier",
                        VERIFIER),
                "DPoP",
                proof);
    }

    private HttpResponse<String> renew(App app, String refreshToken, String proof) {
        return token(app, Map.of("grant_type", "refresh_token", "refresh_token", refreshToken), "DPoP", proof);
    }

    private String proof(ECKey key) throws JOSEException {
        return proof(key, address() + "/oauth/token");
    }

    private static String proof(ECKey key, String url) throws JOSEException {
        JWSHeader header = new JWSHeader.Builder(JWSAlgorithm.ES256)
                .type(new JOSEObjectType("dpop+jwt"))
                .jwk(key.toPublicJWK())
                .build();
        SignedJWT jwt = new SignedJWT(
                header,
                new JWTClaimsSet.Builder()
                        .jwtID(UUID.randomUUID().toString())
                        .issueTime(new Date())
                        .claim("htm", "POST")
                        .claim("htu", url)
                        .build());
        jwt.sign(new ECDSASigner(key));
        return jwt.serialize();
    }

    private static ECKey key() throws JOSEException {
        return new ECKeyGenerator(Curve.P_256).generate();
    }
}
