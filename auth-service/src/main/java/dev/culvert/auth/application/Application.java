package dev.culvert.auth.application;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * A registered OAuth application (RFC 6749 §2).
 *
 * @param id the client id
 * @param accountId owner; a token of the application's own stands for this account
 * @param redirectUris where answers of the authorization endpoint may go, compared character by character
 * @param postLogoutRedirectUris where a browser may go after signing out for the application
 * @param scopes the most the application can ask for
 * @param trusted whether users are not asked for their consent; set by administrators only
 * @param deviceFlow whether it may use the device flow (RFC 8628)
 * @param secretDigest what a confidential application's secret is checked against; a public one has none
 * @param serviceSessionId session of the tokens it got for itself, if it ever did
 */
public record Application(
        UUID id,
        UUID tenantId,
        UUID accountId,
        String name,
        List<String> redirectUris,
        List<String> postLogoutRedirectUris,
        Set<String> scopes,
        boolean trusted,
        boolean deviceFlow,
        Optional<String> secretDigest,
        Optional<UUID> serviceSessionId,
        Instant createdAt,
        Instant updatedAt) {
    public Application {
        redirectUris = List.copyOf(redirectUris);
        postLogoutRedirectUris = List.copyOf(postLogoutRedirectUris);
        scopes = Set.copyOf(scopes);
    }

    /** Whether the application can keep a secret (RFC 6749 §2.1). */
    public boolean confidential() {
        return secretDigest.isPresent();
    }

    /** Leaves the digest out, so that it cannot get into a log. */
    @Override
    public String toString() {
        return "Application[" + id + "]";
    }
}
