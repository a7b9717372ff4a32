package dev.culvert.auth.federation;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jwt.SignedJWT;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.HexFormat;

/** Signatures by public keys. Only by these: a public key used as the secret of an HMAC verifies nothing here. */
final class Signatures {
    /** What precedes the 32 bytes of an Ed25519 key in its X.509 form (RFC 8410 §4). */
    private static final String ED25519_PREFIX = "302a300506032b6570032100";

    private Signatures() {}

    /** Whether the key made the token's signature; a key of a kind that does not fit did not. */
    static boolean made(JWK key, SignedJWT jwt) {
        try {
            return switch (key) {
                case RSAKey rsa -> jwt.verify(new RSASSAVerifier(rsa.toRSAPublicKey()));
                case ECKey ec -> jwt.verify(new ECDSAVerifier(ec.toECPublicKey()));
                case OctetKeyPair pair when Curve.Ed25519.equals(pair.getCurve()) -> ed25519(pair, jwt);
                default -> false;
            };
        } catch (JOSEException | GeneralSecurityException e) {
            return false;
        }
    }

    /** By the JDK: Nimbus needs another library for this. */
    private static boolean ed25519(OctetKeyPair key, SignedJWT jwt) throws GeneralSecurityException {
        if (jwt.getHeader().getCriticalParams() != null) {
            return false;
        }
        String encoded = ED25519_PREFIX + HexFormat.of().formatHex(key.getDecodedX());
        Signature signature = Signature.getInstance("Ed25519");
        signature.initVerify(KeyFactory.getInstance("Ed25519")
                .generatePublic(new X509EncodedKeySpec(HexFormat.of().parseHex(encoded))));
        signature.update(jwt.getSigningInput());
        return signature.verify(jwt.getSignature().decode());
    }
}
