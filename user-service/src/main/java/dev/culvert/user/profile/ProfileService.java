package dev.culvert.user.profile;

import dev.culvert.contracts.event.AuthEvent;
import dev.culvert.contracts.event.UserEvent;
import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.data.outbox.Outbox;
import dev.culvert.platform.caller.Caller;
import dev.culvert.platform.problem.ProblemException;
import dev.culvert.user.mergepatch.MergePatch;
import dev.culvert.user.tenant.Tenants;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;
import tools.jackson.databind.node.ObjectNode;

/** Makes profiles of new accounts and changes them for their owners. */
@Service
@Transactional
class ProfileService {
    private final ProfileRepository profiles;
    private final Tenants tenants;
    private final MergePatch patches;
    private final Outbox outbox;
    private final Clock clock;

    ProfileService(ProfileRepository profiles, Tenants tenants, MergePatch patches, Outbox outbox, Clock clock) {
        this.profiles = profiles;
        this.tenants = tenants;
        this.patches = patches;
        this.outbox = outbox;
        this.clock = clock;
    }

    /** Makes the tenant and the profile of a new account; a second time changes nothing. */
    void create(AuthEvent.UserRegistered account) {
        if (profiles.existsById(account.userId())) {
            return;
        }
        tenants.createPersonal(account.tenantId(), account.username(), account.userId());
        profiles.save(new Profile(
                account.userId(),
                account.tenantId(),
                account.username(),
                account.email(),
                account.tier(),
                clock.instant()));
        outbox.append(
                account.tenantId(),
                new UserEvent.ProfileCreated(
                        account.userId(), account.tenantId(), account.username(), account.email()));
    }

    void confirmEmail(UUID userId, String email) {
        profiles.findForUpdate(userId).ifPresent(profile -> profile.confirmEmail(email));
    }

    void countLogin(UUID userId, Instant at) {
        profiles.findForUpdate(userId).ifPresent(profile -> profile.countLogin(at));
    }

    void changeTier(UUID userId, String tier) {
        profiles.findForUpdate(userId).ifPresent(profile -> profile.changeTier(tier));
    }

    /** The caller's own profile. */
    @Transactional(readOnly = true)
    ProfileResponse own(Caller caller) {
        return profiles.findById(caller.userId()).map(ProfileResponse::of).orElseThrow(ProfileService::notYet);
    }

    /** Replaces what the owner may set. */
    ProfileResponse replace(Caller caller, UpdateProfileRequest request) {
        return edit(caller, _ -> request);
    }

    /** Changes what a JSON Merge Patch names. */
    ProfileResponse patch(Caller caller, ObjectNode patch) {
        return edit(caller, current -> patches.apply(current, patch, UpdateProfileRequest.class));
    }

    private ProfileResponse edit(Caller caller, UnaryOperator<UpdateProfileRequest> change) {
        Profile profile = profiles.findForUpdate(caller.userId()).orElseThrow(ProfileService::notYet);
        Set<String> changed = profile.edit(change.apply(profile.editable()), clock.instant());
        if (!changed.isEmpty()) {
            outbox.append(new UserEvent.ProfileUpdated(profile.userId(), changed));
        }
        return ProfileResponse.of(profile);
    }

    /**
     * The caller's token proves that the account exists, so its profile is on the way: not "not found", which would be
     * final, but "try again", which clients do by themselves.
     */
    private static ProblemException notYet() {
        return new ProblemException(
                        ProblemCode.SERVICE_UNAVAILABLE, "The profile of this new account is still being set up.")
                .withAlias("PROFILE_NOT_READY")
                .withRetryAfter(Duration.ofSeconds(1));
    }
}
