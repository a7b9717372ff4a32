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
 * @param previousSecret the one before, while it is still good
 * @param jwks public keys (RFC 7517) that a confidential application proves itself with; while there are any, its secret is not
 *     taken
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
        Optional<PreviousSecret> previousSecret,
        Optional<String> jwks,
        Optional<UUID> serviceSessionId,
        Instant createdAt,
        Instant updatedAt) {
    public Application {
        redirectUris = List.copyOf(redirectUris);
        postLogoutRedirectUris = List.copyOf(postLogoutRedirectUris);
        scopes = Set.copyOf(scopes);
    }

    /**
     * A secret that was replaced and goes on for a while.
     *
     * @param lastUsedAt when an instance of the application was last seen using it, to within a minute
     */
    public record PreviousSecret(String digest, Instant validUntil, Optional<Instant> lastUsedAt) {
        /** Leaves the digest out, so that it cannot get into a log. */
        @Override
        public String toString() {
            return "PreviousSecret[" + validUntil + "]";
        }
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
