package dev.culvert.platform.secret;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import javax.crypto.Mac;
import javax.crypto.SecretKey;

/**
 * Keyed digest of values that need only be recognised (API keys, tokens): HMAC-SHA-256 under a pepper derived from {@code
 * SECRET_KEY}, so that a copy of the database alone verifies nothing (requirement X-4). Thread-safe.
 */
public final class Hmac {
    private static final String ALGORITHM = "HmacSHA256";

    private final MasterKey master;
    private final SecretKey key;

    Hmac(MasterKey master) {
        this(master, "culvert/hmac/v1");
    }

    private Hmac(MasterKey master, String purpose) {
        this.master = master;
        this.key = master.derive(ALGORITHM, purpose);
    }

    /** A digest under another key, for values of another kind. */
    public Hmac forPurpose(String purpose) {
        return new Hmac(master, "culvert/hmac/v1/" + purpose);
    }

    /** The 32-byte digest of the UTF-8 text; compare digests with {@link java.security.MessageDigest#isEqual}. */
    public byte[] of(String value) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(key);
            return mac.doFinal(value.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("This JVM has no " + ALGORITHM, e);
        }
    }
}
