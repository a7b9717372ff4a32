package dev.culvert.data.idempotency;

import dev.culvert.platform.caller.Caller;
import jakarta.servlet.http.HttpServletRequest;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * One use of an Idempotency-Key by one caller at one address. What the database keeps is derived from it one way: an id to
 * find the answer by, and a secret that seals the answer. Answers may hold a new API key, which is shown only once.
 */
final class RequestKey {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;

    private final byte[] id;
    private final SecretKeySpec secret;

    private RequestKey(byte[] material) {
        this.id = derive(material, "id");
        this.secret = new SecretKeySpec(derive(material, "seal"), "AES");
    }

    static RequestKey of(Caller caller, HttpServletRequest request, String key) {
        // Newlines cannot be part of a header or a path, so that no two requests have the same text.
        String text = String.join("\n", caller.userId().toString(), request.getMethod(), request.getRequestURI(), key);
        return new RequestKey(text.getBytes(StandardCharsets.UTF_8));
    }

    /** What the stored answer is found by. */
    byte[] id() {
        return id.clone();
    }

    /** Tells apart requests that use one key for different things, without keeping what they said. */
    byte[] hashOf(byte[] body) {
        return hmac(secret.getEncoded(), body);
    }

    byte[] seal(byte[] answer) {
        byte[] nonce = new byte[NONCE_BYTES];
        RANDOM.nextBytes(nonce);
        byte[] sealed = cipher(Cipher.ENCRYPT_MODE, nonce, answer);
        byte[] result = Arrays.copyOf(nonce, NONCE_BYTES + sealed.length);
        System.arraycopy(sealed, 0, result, NONCE_BYTES, sealed.length);
        return result;
    }

    byte[] open(byte[] sealed) {
        return cipher(
                Cipher.DECRYPT_MODE,
                Arrays.copyOf(sealed, NONCE_BYTES),
                Arrays.copyOfRange(sealed, NONCE_BYTES, sealed.length));
    }

    private byte[] cipher(int mode, byte[] nonce, byte[] data) {
        try {
            Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
            cipher.init(mode, secret, new GCMParameterSpec(TAG_BITS, nonce));
            cipher.updateAAD(id);
            return cipher.doFinal(data);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("A stored answer cannot be sealed or opened", e);
        }
    }

    private static byte[] derive(byte[] material, String purpose) {
        return hmac(("culvert idempotency " + purpose).getBytes(StandardCharsets.UTF_8), sha256(material));
    }

    private static byte[] hmac(byte[] key, byte[] data) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return mac.doFinal(data);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] sha256(byte[] data) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(data);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
