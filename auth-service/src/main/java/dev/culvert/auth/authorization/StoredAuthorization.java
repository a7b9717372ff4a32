package dev.culvert.auth.authorization;

import dev.culvert.auth.browser.BrowserSession;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * A row of {@code oauth_authorization}.
 *
 * @param id also of the session its tokens belong to
 * @param allowedBy whoever is at the browser, once somebody signed in
 * @param scopes asked for as long as nobody decided, then allowed
 * @param request the authorization request as JSON; a device has none
 * @param keyThumbprint of the key its tokens are bound to (RFC 9449)
 * @param decision about a device
 * @param redeemedAt when its code was exchanged
 */
record StoredAuthorization(
        UUID id,
        UUID applicationId,
        String grantType,
        Optional<BrowserSession> allowedBy,
        Set<String> scopes,
        Optional<String> request,
        Optional<String> keyThumbprint,
        Optional<Decision> decision,
        Instant createdAt,
        Instant expiresAt,
        Optional<Instant> redeemedAt) {
    StoredAuthorization {
        scopes = Set.copyOf(scopes);
    }

    /** What somebody decided about a device. */
    enum Decision {
        ALLOWED,
        REFUSED
    }
}
