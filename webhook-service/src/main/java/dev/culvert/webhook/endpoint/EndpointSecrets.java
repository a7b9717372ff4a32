package dev.culvert.webhook.endpoint;

import dev.culvert.platform.secret.SecretCipher;
import dev.culvert.webhook.signature.SigningSecret;
import java.security.SecureRandom;
import java.util.UUID;
import org.springframework.stereotype.Component;

/** Seals and opens the secrets of endpoints. A sealed secret opens only for the endpoint it was made for. */
@Component
public class EndpointSecrets {
    private final SecureRandom random = new SecureRandom();
    private final SecretCipher cipher;

    EndpointSecrets(SecretCipher cipher) {
        this.cipher = cipher;
    }

    SigningSecret generate() {
        return SigningSecret.generate(random);
    }

    String seal(UUID endpointId, SigningSecret secret) {
        return cipher.seal(secret.reveal(), context(endpointId));
    }

    /** The secret behind its stored form. */
    public SigningSecret open(UUID endpointId, String sealed) {
        return SigningSecret.parse(cipher.open(sealed, context(endpointId)));
    }

    private static String context(UUID endpointId) {
        return "webhook.endpoint.secret:" + endpointId;
    }
}
