package dev.culvert.user.profile;

import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.NullUnmarked;
import org.jspecify.annotations.Nullable;

/** A user: what the account says, and what they say about themselves. */
@Entity
class Profile {
    @Id
    private UUID userId;

    private UUID tenantId;
    private String username;
    private String email;
    private boolean emailVerified;
    private String tier;
    private @Nullable String firstName;
    private @Nullable String lastName;
    private @Nullable String nickname;
    private @Nullable String avatar;
    private @Nullable String locale;
    private long loginCount;
    private @Nullable Instant lastLoginAt;
    private Instant createdAt;
    private Instant updatedAt;

    @NullUnmarked // for JPA alone
    protected Profile() {}

    Profile(UUID userId, UUID tenantId, String username, String email, String tier, Instant now) {
        this.userId = userId;
        this.tenantId = tenantId;
        this.username = username;
        this.email = email;
        this.tier = tier;
        this.createdAt = now;
        this.updatedAt = now;
    }

    /** What the owner may change. */
    UpdateProfileRequest editable() {
        return new UpdateProfileRequest(firstName, lastName, nickname, avatar, locale);
    }

    /** Takes the owner's changes over and names the fields that are different now. */
    Set<String> edit(UpdateProfileRequest request, Instant now) {
        Set<String> changed = new LinkedHashSet<>();
        noteChange(changed, "firstName", firstName, request.firstName());
        noteChange(changed, "lastName", lastName, request.lastName());
        noteChange(changed, "nickname", nickname, request.nickname());
        noteChange(changed, "avatar", avatar, request.avatar());
        noteChange(changed, "locale", locale, request.locale());
        if (!changed.isEmpty()) {
            firstName = request.firstName();
            lastName = request.lastName();
            nickname = request.nickname();
            avatar = request.avatar();
            locale = request.locale();
            updatedAt = now;
        }
        return changed;
    }

    /** The owner confirmed the address. */
    void confirmEmail(String confirmed) {
        email = confirmed;
        emailVerified = true;
    }

    /** The account has another plan. */
    void changeTier(String changed) {
        tier = changed;
    }

    /** The owner signed in. */
    void countLogin(Instant at) {
        loginCount++;
        lastLoginAt = at;
    }

    private static void noteChange(Set<String> changed, String field, @Nullable String before, @Nullable String after) {
        if (!Objects.equals(before, after)) {
            changed.add(field);
        }
    }

    UUID userId() {
        return userId;
    }

    UUID tenantId() {
        return tenantId;
    }

    String username() {
        return username;
    }

    String email() {
        return email;
    }

    boolean emailVerified() {
        return emailVerified;
    }

    String tier() {
        return tier;
    }

    long loginCount() {
        return loginCount;
    }

    Optional<Instant> lastLoginAt() {
        return Optional.ofNullable(lastLoginAt);
    }

    Instant createdAt() {
        return createdAt;
    }

    Instant updatedAt() {
        return updatedAt;
    }
}
