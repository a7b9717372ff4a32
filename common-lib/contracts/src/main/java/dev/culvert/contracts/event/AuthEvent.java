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

    /** A session ended: by sign-out, by a time limit, by an administrator, or because a used refresh token came back. */
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

    /** An API key is no longer valid: gateways drop it from their caches, open agent connections made with it end. */
    record ApiKeyRevoked(UUID userId, UUID apiKeyId, String prefix) implements AuthEvent {}
}
