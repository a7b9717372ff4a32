package dev.culvert.auth.apikey;

import dev.culvert.platform.secret.Hmac;
import org.springframework.stereotype.Component;

/** What is stored of a key: HMAC-SHA-256 under a pepper derived from SECRET_KEY, so that a stolen table is of no use. */
@Component
class KeyDigest {
    private final Hmac hmac;

    KeyDigest(Hmac hmac) {
        this.hmac = hmac.forPurpose("api-key");
    }

    byte[] of(KeyText text) {
        return hmac.of(text.value());
    }
}
