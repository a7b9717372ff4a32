package dev.culvert.auth.passkey;

import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * The public half of a passkey.
 *
 * @param name what its owner calls it
 * @param publicKey as a COSE key (RFC 9052 §7)
 * @param counter signatures so far, as the device counts them; zero for devices that do not count
 * @param backupEligible whether the device may copy it elsewhere, which never changes
 * @param backedUp whether it has
 * @param transports ways to reach the device, e.g. {@code internal}, {@code usb}
 */
record Passkey(
        UUID id,
        UUID accountId,
        String name,
        byte[] credentialId,
        byte[] publicKey,
        long counter,
        boolean backupEligible,
        boolean backedUp,
        List<String> transports,
        Instant createdAt,
        Optional<Instant> lastUsedAt) {
    Passkey {
        transports = List.copyOf(transports);
    }

    /** The credential id in base64url. */
    String credentialText() {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(credentialId);
    }
}
