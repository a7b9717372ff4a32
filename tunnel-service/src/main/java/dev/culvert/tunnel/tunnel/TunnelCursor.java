package dev.culvert.tunnel.tunnel;

import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.contracts.problem.Violation;
import dev.culvert.platform.problem.ProblemException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.UUID;

/**
 * A place in the list of tunnels, right behind one of them. Its text form is opaque to callers: {@code createdAt/id} in
 * URL-safe Base64.
 */
record TunnelCursor(Instant createdAt, UUID id) {

    static TunnelCursor behind(Tunnel tunnel) {
        return new TunnelCursor(tunnel.createdAt(), tunnel.getId());
    }

    /** Reads what {@link #text()} wrote. */
    static TunnelCursor parse(String text) {
        try {
            String[] parts = new String(Base64.getUrlDecoder().decode(text), StandardCharsets.UTF_8).split("/", -1);
            if (parts.length == 2) {
                return new TunnelCursor(Instant.parse(parts[0]), UUID.fromString(parts[1]));
            }
        } catch (IllegalArgumentException | DateTimeException notOurs) {
            // refused below like one with too few parts
        }
        throw new ProblemException(ProblemCode.VALIDATION_ERROR, "Send the nextCursor of the page before.")
                .withViolations(List.of(new Violation("cursor", "is no cursor of this list")));
    }

    String text() {
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString((createdAt + "/" + id).getBytes(StandardCharsets.UTF_8));
    }
}
