package dev.culvert.webhook.signature;

import java.util.Base64;
import java.util.random.RandomGenerator;

/**
 * Shared secret of an endpoint: {@code whsec_} and 32 random bytes in base64 (Standard Webhooks 1.0, "Signature
 * scheme"). {@link #toString()} hides it; {@link #reveal()} is for the one answer that shows it and for sealing.
 */
public final class SigningSecret {
    private static final String PREFIX = "whsec_";
    private static final int BYTES = 32;

    private final byte[] key;

    private SigningSecret(byte[] key) {
        this.key = key;
    }

    /** A new secret from a cryptographically strong source. */
    public static SigningSecret generate(RandomGenerator random) {
        byte[] key = new byte[BYTES];
        random.nextBytes(key);
        return new SigningSecret(key);
    }

    /**
     * The secret of its written form.
     *
     * @throws IllegalArgumentException when the text is not {@code whsec_<base64>}
     */
    public static SigningSecret parse(String text) {
        if (!text.startsWith(PREFIX)) {
            throw new IllegalArgumentException("A signing secret starts with " + PREFIX);
        }
        return new SigningSecret(Base64.getDecoder().decode(text.substring(PREFIX.length())));
    }

    /** The written form, as the receiver configures it. */
    public String reveal() {
        return PREFIX + Base64.getEncoder().encodeToString(key);
    }

    byte[] key() {
        return key.clone();
    }

    @Override
    public String toString() {
        return PREFIX + "…";
    }
}
