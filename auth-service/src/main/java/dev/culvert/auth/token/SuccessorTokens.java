package dev.culvert.auth.token;

import dev.culvert.auth.opaquetoken.OpaqueToken;
import dev.culvert.platform.secret.Hmac;
import java.security.SecureRandom;
import java.util.Base64;
import org.springframework.stereotype.Component;

/**
 * Computes the refresh token that follows another one: a keyed digest of that token and a salt of its own. So the same
 * request, sent again because its answer was lost, can be given the same successor though no token is stored; and whoever
 * has a copy of the database, or an old token and the key, still knows no successor.
 */
@Component
class SuccessorTokens {
    private static final int SALT_BYTES = 16;

    private final SecureRandom random = new SecureRandom();
    private final Hmac hmac;

    SuccessorTokens(Hmac hmac) {
        this.hmac = hmac.forPurpose("refresh-token-successor");
    }

    /** A salt for one token; only the first use of the token stores its salt. */
    byte[] salt() {
        byte[] salt = new byte[SALT_BYTES];
        random.nextBytes(salt);
        return salt;
    }

    /** 256 bits nobody else can compute. */
    OpaqueToken after(OpaqueToken token, byte[] salt) {
        Base64.Encoder base64 = Base64.getUrlEncoder().withoutPadding();
        return OpaqueToken.of(base64.encodeToString(hmac.of(base64.encodeToString(salt) + "." + token.value())));
    }
}
