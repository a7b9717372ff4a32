package dev.culvert.auth.signingkey;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import dev.culvert.platform.secret.SecretCipher;
import java.text.ParseException;
import java.time.Clock;
import java.time.ZoneOffset;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionOperations;

/**
 * Signs with the one active ES256 key (requirement X-1). The first instance that starts makes it; the private half is
 * stored sealed with SECRET_KEY.
 */
@Component
public class SigningKeys {
    private final JdbcClient jdbc;
    private final SecretCipher cipher;
    private final Clock clock;
    private final ECKey key;
    private final ECDSASigner signer;

    /** Makes the key if there is none and loads it. Of several instances that start at once only one stores its key. */
    SigningKeys(JdbcClient jdbc, SecretCipher cipher, TransactionOperations transactions, Clock clock) {
        this.jdbc = jdbc;
        this.cipher = cipher;
        this.clock = clock;
        ECKey candidate = generate();
        Stored stored = transactions.execute(_ -> {
            store(candidate);
            return load();
        });
        try {
            this.key = ECKey.parse(cipher.open(stored.sealedPrivateJwk(), context(stored.id())));
            this.signer = new ECDSASigner(key);
        } catch (ParseException | JOSEException e) {
            throw new IllegalStateException("The stored signing key " + stored.id() + " cannot be used", e);
        }
    }

    private record Stored(String id, String sealedPrivateJwk) {}

    /** The claims as a compact JWS of the given {@code typ}. */
    public String sign(JWTClaimsSet claims, String type) {
        JWSHeader header = new JWSHeader.Builder(JWSAlgorithm.ES256)
                .type(new JOSEObjectType(type))
                .keyID(key.getKeyID())
                .build();
        SignedJWT jwt = new SignedJWT(header, claims);
        try {
            jwt.sign(signer);
        } catch (JOSEException e) {
            throw new IllegalStateException("The signing key cannot sign", e);
        }
        return jwt.serialize();
    }

    /** The public halves of all keys whose tokens are still good. */
    public JWKSet publicKeys() {
        return new JWKSet(key.toPublicJWK());
    }

    private void store(ECKey key) {
        jdbc.sql("""
                        INSERT INTO signing_key (id, public_jwk, sealed_private_jwk, active, created_at)
                        VALUES (:id, :publicJwk, :sealedPrivateJwk, true, :now)
                        ON CONFLICT DO NOTHING
                        """)
                .param("id", key.getKeyID())
                .param("publicJwk", key.toPublicJWK().toJSONString())
                .param("sealedPrivateJwk", cipher.seal(key.toJSONString(), context(key.getKeyID())))
                .param("now", clock.instant().atOffset(ZoneOffset.UTC))
                .update();
    }

    private Stored load() {
        return jdbc.sql("SELECT id, sealed_private_jwk FROM signing_key WHERE active")
                .query((row, _) -> new Stored(row.getString("id"), row.getString("sealed_private_jwk")))
                .single();
    }

    private static ECKey generate() {
        try {
            return new ECKeyGenerator(Curve.P_256)
                    .keyUse(KeyUse.SIGNATURE)
                    .algorithm(JWSAlgorithm.ES256)
                    .keyIDFromThumbprint(true)
                    .generate();
        } catch (JOSEException e) {
            throw new IllegalStateException("No signing key can be made", e);
        }
    }

    private static String context(String id) {
        return "signing-key:" + id;
    }
}
