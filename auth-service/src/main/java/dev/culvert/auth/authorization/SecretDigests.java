package dev.culvert.auth.authorization;

import dev.culvert.auth.application.ApplicationSecrets;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.security.crypto.password.PasswordEncoder;

/**
 * Lets the engine check secrets of applications by their keyed digest instead of a slow hash. To the engine an application
 * has one stored secret; while the one before it goes on, that text holds the digests of both.
 */
final class SecretDigests implements PasswordEncoder {
    private static final String BETWEEN = " ";

    private final ApplicationSecrets secrets;

    SecretDigests(ApplicationSecrets secrets) {
        this.secrets = secrets;
    }

    /** The text that stands for the digests of the present secret and, while it is good, of the one before. */
    static String stored(String digest, Optional<String> previousDigest) {
        return previousDigest.map(previous -> digest + BETWEEN + previous).orElse(digest);
    }

    /**
     * Never called: the engine encodes a secret only where it makes one, at its own registration endpoint, which is not
     * switched on. Secrets are made, and their digests stored, by the API of applications only.
     */
    @Override
    public @Nullable String encode(@Nullable CharSequence secret) {
        throw new UnsupportedOperationException("Secrets are made by the API of applications");
    }

    @Override
    public boolean matches(@Nullable CharSequence secret, @Nullable String stored) {
        if (secret == null || stored == null) {
            return false;
        }
        boolean right = false;
        for (String digest : stored.split(BETWEEN, -1)) {
            right |= secrets.matches(secret.toString(), digest);
        }
        return right;
    }

    /** Whether a secret that was right is the one before the present one. */
    boolean matchesPrevious(String secret, String stored) {
        int previous = stored.indexOf(BETWEEN);
        return previous >= 0 && !secrets.matches(secret, stored.substring(0, previous));
    }
}
