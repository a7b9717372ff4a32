package dev.culvert.contracts.event;

import java.time.Instant;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Events of accounts, sessions and API keys, on {@link Topics#AUTH}. */
public sealed interface AuthEvent extends DomainEvent {
    /** Key of all events of one account. */
    UUID userId();

    @Override
    default String subject() {
        return userId().toString();
    }

    /** An account was created, together with its personal tenant. */
    record UserRegistered(UUID userId, UUID tenantId, String username, String email, String tier, Set<String> roles)
            implements AuthEvent {
        public UserRegistered {
            roles = Set.copyOf(roles);
        }
    }

    /** The owner of the mail address confirmed it. */
    record EmailVerified(UUID userId, String email) implements AuthEvent {}

    /** Somebody signed in (requirement R2.6). */
    record SignedIn(
            UUID userId,
            UUID sessionId,
            @Nullable String clientAddress,
            @Nullable String userAgent) implements AuthEvent {}

    /** A sign-in to a known account was refused (requirement R2.6). */
    record SignInFailed(
            UUID userId,
            String attemptedName,
            String reason,
            @Nullable String clientAddress,
            @Nullable String userAgent)
            implements AuthEvent {}

    /**
     * A session ended: by sign-out, by a time limit, by an administrator, or because a used refresh token came back. When an
     * application gives back one of its own tokens, only that ends: {@code sessionId} is then the {@code jti} of the token.
     */
    record SessionEnded(UUID userId, UUID sessionId, String reason) implements AuthEvent {}

    /** An account has another password; {@code reason} is {@code changed} or {@code reset}. */
    record PasswordChanged(
            UUID userId,
            String reason,
            @Nullable String clientAddress,
            @Nullable String userAgent) implements AuthEvent {}

    /** Too many wrong passwords locked an account until a time. */
    record AccountLocked(
            UUID userId, Instant lockedUntil, @Nullable String clientAddress) implements AuthEvent {}

    /** An API key was made; the key itself is never in an event. */
    record ApiKeyCreated(
            UUID userId,
            UUID apiKeyId,
            String name,
            String prefix,
            Set<String> scopes,
            @Nullable Instant expiresAt) implements AuthEvent {
        public ApiKeyCreated {
            scopes = Set.copyOf(scopes);
        }
    }

    /**
     * The terms of an API key changed: gateways exchange it anew where they know an older version of it.
     *
     * @param version counts the changes of the key's terms
     * @param changedFields names of request fields, e.g. {@code scopes}
     * @param scopes what the key allows now
     */
    record ApiKeyUpdated(
            UUID userId, UUID apiKeyId, String prefix, int version, Set<String> changedFields, Set<String> scopes)
            implements AuthEvent {
        public ApiKeyUpdated {
            changedFields = Set.copyOf(changedFields);
            scopes = Set.copyOf(scopes);
        }
    }

    /** Another API key takes the place of this one, which stays valid until the given time. */
    record ApiKeyRotated(UUID userId, UUID apiKeyId, String prefix, int version, UUID replacedById, Instant validUntil)
            implements AuthEvent {}

    /** An API key was used; told at most once in a while for each key, not for each use. */
    record ApiKeyUsed(UUID userId, UUID apiKeyId, String prefix, Instant usedAt, String clientAddress)
            implements AuthEvent {}

    /** The time of an API key is over. */
    record ApiKeyExpired(UUID userId, UUID apiKeyId, String prefix) implements AuthEvent {}

    /**
     * A person got a platform role.
     *
     * @param grantedBy the administrator; absent for the one the installation made
     */
    record RoleGranted(UUID userId, String role, @Nullable UUID grantedBy) implements AuthEvent {}

    /** A person lost a platform role. */
    record RoleRevoked(UUID userId, String role, UUID revokedBy) implements AuthEvent {}

    /** An account has another plan; tokens made before still tell the old one until they expire. */
    record TierChanged(UUID userId, String tier, UUID changedBy) implements AuthEvent {}

    /** Signing in to an account needs a code from now on. */
    record SecondFactorEnrolled(UUID userId, String method) implements AuthEvent {}

    /** An account needs no code any more. */
    record SecondFactorRemoved(UUID userId, String method) implements AuthEvent {}

    /** The recovery codes of an account were replaced by new ones. */
    record RecoveryCodesRenewed(UUID userId) implements AuthEvent {}

    /** Somebody used up a recovery code in place of a code of the second factor. */
    record RecoveryCodeUsed(UUID userId, int remaining, String clientAddress) implements AuthEvent {}

    /** An API key is no longer valid: gateways drop it from their caches, open agent connections made with it end. */
    record ApiKeyRevoked(UUID userId, UUID apiKeyId, String prefix) implements AuthEvent {}
}
