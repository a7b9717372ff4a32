package dev.culvert.auth.passkey;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Base64;
import java.util.UUID;

/** Whose a passkey is, as devices keep it: the 16 bytes of the account's id, so that it says nothing about the person. */
final class UserHandle {
    private static final Base64.Encoder ENCODER = Base64.getUrlEncoder().withoutPadding();

    private UserHandle() {}

    static byte[] of(UUID accountId) {
        return ByteBuffer.allocate(2 * Long.BYTES)
                .putLong(accountId.getMostSignificantBits())
                .putLong(accountId.getLeastSignificantBits())
                .array();
    }

    /** In base64url, for JSON. */
    static String text(UUID accountId) {
        return ENCODER.encodeToString(of(accountId));
    }

    static boolean matches(byte[] handle, UUID accountId) {
        return Arrays.equals(handle, of(accountId));
    }
}
