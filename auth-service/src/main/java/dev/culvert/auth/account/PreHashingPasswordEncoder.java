package dev.culvert.auth.account;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.text.Normalizer;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import org.springframework.security.crypto.password.PasswordEncoder;

/**
 * Digests a password before a hash that reads only 72 bytes, so that every character counts (requirement S1.18). The
 * digest is keyed with a label, so that plain SHA-256 digests leaked elsewhere cannot be tried against ours.
 */
final class PreHashingPasswordEncoder implements PasswordEncoder {
    private static final String ALGORITHM = "HmacSHA256";
    private static final SecretKeySpec LABEL =
            new SecretKeySpec("culvert password v1".getBytes(StandardCharsets.US_ASCII), ALGORITHM);

    private final PasswordEncoder slow;

    PreHashingPasswordEncoder(PasswordEncoder slow) {
        this.slow = slow;
    }

    @Override
    public @Nullable String encode(@Nullable CharSequence password) {
        return password == null ? null : slow.encode(digest(password));
    }

    @Override
    public boolean matches(@Nullable CharSequence password, @Nullable String hash) {
        return password != null && slow.matches(digest(password), hash);
    }

    @Override
    public boolean upgradeEncoding(@Nullable String hash) {
        return slow.upgradeEncoding(hash);
    }

    /** 44 characters without a NUL, which bcrypt would stop at; NFC, so that the keyboard of another system spells the same. */
    private static String digest(CharSequence password) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(LABEL);
            String composed = Normalizer.normalize(password, Normalizer.Form.NFC);
            return Base64.getEncoder().encodeToString(mac.doFinal(composed.getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Every Java platform has " + ALGORITHM, e);
        }
    }
}
