package dev.culvert.platform.secret;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import org.jspecify.annotations.Nullable;

/**
 * Seals secrets that must be usable later (signing keys, webhook secrets) with AES-256-GCM.
 *
 * <p>Form: {@code v1.} + base64url of nonce (12 bytes), ciphertext and tag (16 bytes). The context is authenticated but not
 * stored: what was sealed for one row cannot be moved to another. Thread-safe.
 */
public final class SecretCipher {
    private static final String VERSION = "v1.";
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;

    private final SecureRandom random = new SecureRandom();
    private final SecretKey key;

    SecretCipher(MasterKey master) {
        this.key = master.derive("AES", "culvert/secret-cipher/v1");
    }

    /** Seals a text for a context, e.g. the name of the column and the id of its row. */
    public String seal(String plaintext, String context) {
        byte[] nonce = new byte[NONCE_BYTES];
        random.nextBytes(nonce);
        try {
            byte[] sealed =
                    cipher(Cipher.ENCRYPT_MODE, nonce, context).doFinal(plaintext.getBytes(StandardCharsets.UTF_8));
            byte[] all = new byte[NONCE_BYTES + sealed.length];
            System.arraycopy(nonce, 0, all, 0, NONCE_BYTES);
            System.arraycopy(sealed, 0, all, NONCE_BYTES, sealed.length);
            return VERSION + Base64.getUrlEncoder().withoutPadding().encodeToString(all);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("This JVM cannot seal with AES-256-GCM", e);
        }
    }

    /**
     * Opens what {@link #seal} made.
     *
     * @throws IllegalStateException when it was sealed under another key or for another context, or was altered
     */
    public String open(String sealed, String context) {
        if (!sealed.startsWith(VERSION)) {
            throw unreadable(null);
        }
        try {
            byte[] all = Base64.getUrlDecoder().decode(sealed.substring(VERSION.length()));
            if (all.length <= NONCE_BYTES) {
                throw unreadable(null);
            }
            byte[] nonce = Arrays.copyOf(all, NONCE_BYTES);
            byte[] plaintext =
                    cipher(Cipher.DECRYPT_MODE, nonce, context).doFinal(all, NONCE_BYTES, all.length - NONCE_BYTES);
            return new String(plaintext, StandardCharsets.UTF_8);
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw unreadable(e);
        }
    }

    private Cipher cipher(int mode, byte[] nonce, String context) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
        cipher.updateAAD(context.getBytes(StandardCharsets.UTF_8));
        return cipher;
    }

    private static IllegalStateException unreadable(@Nullable Exception cause) {
        return new IllegalStateException("A stored secret cannot be opened: was SECRET_KEY changed?", cause);
    }
}
