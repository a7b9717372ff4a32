package dev.culvert.auth.signingkey;

import static dev.culvert.auth.AuthClient.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jwt.SignedJWT;
import dev.culvert.auth.RunningAuthService;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.Test;

class SigningKeysIT extends RunningAuthService {

    /** anybody can verify a token with the published key, and S1.20: which is asymmetric. */
    @Test
    void publishesTheKeyThatVerifiesTokens() throws Exception {
        HttpResponse<String> answer = client().get("/.well-known/jwks.json");
        SignedJWT token = SignedJWT.parse(json(client().login("admin", ADMIN_PASSWORD))
                .get("access_token")
                .asString());

        JWKSet keys = JWKSet.parse(answer.body());
        ECKey key = (ECKey) keys.getKeyByKeyId(token.getHeader().getKeyID());
        assertThat(token.getHeader().getAlgorithm()).isEqualTo(JWSAlgorithm.ES256);
        assertThat(token.getHeader().getType().getType()).isEqualTo("at+jwt");
        assertThat(token.verify(new ECDSAVerifier(key))).isTrue();
        assertThat(keys.getKeys()).noneMatch(published -> published.isPrivate());
        assertThat(answer.headers().firstValue("Cache-Control").orElseThrow()).contains("max-age=300");
    }

    @Test
    void storesThePrivateHalfSealed() {
        assertThat(column("SELECT sealed_private_jwk FROM auth.signing_key"))
                .isNotEmpty()
                .allSatisfy(stored -> assertThat(stored).doesNotContain("\"d\"", "\"kty\""));
    }
}
