package dev.culvert.auth.application;

import dev.culvert.auth.opaquetoken.OpaqueToken;
import dev.culvert.platform.secret.Hmac;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import org.springframework.stereotype.Component;

/**
 * Secrets of confidential applications: 256 random bits, of which a digest under a pepper derived from SECRET_KEY is kept,
 * as of API keys (requirement X-4). A slow hash would only make each token request slow.
 */
@Component
public class ApplicationSecrets {
    private static final String MARK = "cvs_";

    private final Hmac hmac;

    ApplicationSecrets(Hmac hmac) {
        this.hmac = hmac.forPurpose("oauth-application-secret");
    }

    /** A new secret, for its one showing. */
    String random() {
        return MARK + OpaqueToken.random().value();
    }

    /** What to store. */
    String digest(String secret) {
        return HexFormat.of().formatHex(hmac.of(secret));
    }

    /** Whether the secret belongs to the digest; takes the same time whatever differs. */
    public boolean matches(String secret, String digest) {
        return MessageDigest.isEqual(
                digest(secret).getBytes(StandardCharsets.US_ASCII), digest.getBytes(StandardCharsets.US_ASCII));
    }
}
