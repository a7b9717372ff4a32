package dev.culvert.auth.signingkey;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import dev.culvert.auth.signingkey.KeyStore.State;
import dev.culvert.auth.signingkey.KeyStore.StoredKey;
import java.time.Clock;
import java.util.List;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionOperations;

/**
 * Signs with the one active ES256 key (requirement X-1). The first instance that starts makes it; {@link KeyRotation}
 * replaces it. What is in use is held in memory: signing needs no database.
 */
@Component
public class SigningKeys {
    private final KeyStore store;
    private final TransactionOperations transactions;
    private volatile Ring ring;

    /** Makes the key if there is none and loads it. Of several instances that start at once only one stores its key. */
    SigningKeys(KeyStore store, TransactionOperations transactions, Clock clock) {
        this.store = store;
        this.transactions = transactions;
        ECKey candidate = KeyStore.generate();
        this.ring = ring(transactions.execute(_ -> {
            store.insert(candidate, true, clock.instant());
            return store.all();
        }));
    }

    /** The key that signs, and the public halves of all. */
    private record Ring(ECKey active, JWSSigner signer, JWKSet published) {}

    /** The claims as a compact JWS of the given {@code typ}. */
    public String sign(JWTClaimsSet claims, String type) {
        Ring present = ring;
        JWSHeader header = new JWSHeader.Builder(JWSAlgorithm.ES256)
                .type(new JOSEObjectType(type))
                .keyID(present.active().getKeyID())
                .build();
        SignedJWT jwt = new SignedJWT(header, claims);
        try {
            jwt.sign(present.signer());
        } catch (JOSEException e) {
            throw new IllegalStateException("The signing key cannot sign", e);
        }
        return jwt.serialize();
    }

    /** The public halves of the key that will sign next, the one that signs, and those whose tokens are still good. */
    public JWKSet publicKeys() {
        return ring.published();
    }

    /** Takes over what is stored now. */
    void reload() {
        ring = ring(transactions.execute(_ -> store.all()));
    }

    private Ring ring(List<StoredKey> keys) {
        StoredKey active = keys.stream()
                .filter(key -> key.state() == State.ACTIVE)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("There is no active signing key"));
        ECKey key = store.open(active);
        try {
            List<JWK> published = keys.stream().<JWK>map(KeyStore::publicHalf).toList();
            return new Ring(key, new ECDSASigner(key), new JWKSet(published));
        } catch (JOSEException e) {
            throw new IllegalStateException("The stored signing key " + active.id() + " cannot be used", e);
        }
    }
}
