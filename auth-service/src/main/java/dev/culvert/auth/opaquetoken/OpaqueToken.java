package dev.culvert.auth.opaquetoken;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;

/**
 * 256 random bits for one holder; only their SHA-256 is stored. So many random bits cannot be guessed, which makes a slow
 * hash needless.
 */
public record OpaqueToken(String value) {
    private static final int BYTES = 32;
    private static final SecureRandom RANDOM = new SecureRandom();

    /** A new token. */
    public static OpaqueToken random() {
        byte[] bytes = new byte[BYTES];
        RANDOM.nextBytes(bytes);
        return new OpaqueToken(Base64.getUrlEncoder().withoutPadding().encodeToString(bytes));
    }

    /** A token as somebody sent it. */
    public static OpaqueToken of(String value) {
        return new OpaqueToken(value);
    }

    /** What to store and to look up. */
    public byte[] hash() {
        try {
            return MessageDigest.getInstance("SHA-256").digest(value.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform has SHA-256", e);
        }
    }

    /** Leaves the value out, so that it cannot get into a log. */
    @Override
    public String toString() {
        return "OpaqueToken";
    }
}
