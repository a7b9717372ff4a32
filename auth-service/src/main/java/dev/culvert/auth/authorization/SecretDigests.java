package dev.culvert.auth.authorization;

import dev.culvert.auth.application.ApplicationSecrets;
import org.jspecify.annotations.Nullable;
import org.springframework.security.crypto.password.PasswordEncoder;

/** Lets the engine check secrets of applications by their keyed digest instead of a slow hash. */
final class SecretDigests implements PasswordEncoder {
    private final ApplicationSecrets secrets;

    SecretDigests(ApplicationSecrets secrets) {
        this.secrets = secrets;
    }

    /** Secrets are made, and their digests stored, by the API of applications only. */
    @Override
    public @Nullable String encode(@Nullable CharSequence secret) {
        throw new UnsupportedOperationException("Secrets are made by the API of applications");
    }

    @Override
    public boolean matches(@Nullable CharSequence secret, @Nullable String digest) {
        return secret != null && digest != null && secrets.matches(secret.toString(), digest);
    }
}
