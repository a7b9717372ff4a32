package dev.culvert.platform.secret;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Base64;
import java.util.stream.IntStream;
import javax.crypto.KDF;
import javax.crypto.SecretKey;
import javax.crypto.spec.HKDFParameterSpec;

/** The key everything else is derived from, so that no two uses share one (HKDF, RFC 5869). */
final class MasterKey {
    private static final int BYTES = 32;
    private static final int FEWEST_DIFFERENT = 8;

    private final byte[] material;

    private MasterKey(byte[] material) {
        this.material = material;
    }

    static MasterKey parse(String base64) {
        if (base64.isBlank()) {
            throw unusable("is missing");
        }
        byte[] material;
        try {
            material = Base64.getDecoder().decode(base64.strip());
        } catch (IllegalArgumentException e) {
            throw unusable("is not base64");
        }
        if (material.length != BYTES) {
            throw unusable("has " + material.length + " bytes");
        }
        if (isPattern(material)) {
            throw unusable("is a sample");
        }
        return new MasterKey(material);
    }

    /** Whether the bytes are a sample rather than random: 32 random ones practically never have under 8 different values. */
    private static boolean isPattern(byte[] material) {
        return IntStream.range(0, BYTES).map(i -> material[i]).distinct().count() < FEWEST_DIFFERENT;
    }

    SecretKey derive(String algorithm, String purpose) {
        try {
            return KDF.getInstance("HKDF-SHA256")
                    .deriveKey(
                            algorithm,
                            HKDFParameterSpec.ofExtract()
                                    .addIKM(material)
                                    .thenExpand(purpose.getBytes(StandardCharsets.UTF_8), BYTES));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("This JVM has no HKDF-SHA256", e);
        }
    }

    private static UnusableKeyException unusable(String what) {
        return new UnusableKeyException("SECRET_KEY " + what
                + "; it must be 32 random bytes in base64, e.g. from: head -c 32 /dev/urandom | base64");
    }
}
