package dev.culvert.user.profile;

import dev.culvert.contracts.event.AuthEvent;
import dev.culvert.contracts.event.EventEnvelope;
import dev.culvert.contracts.event.EventType;
import dev.culvert.contracts.event.Topics;
import dev.culvert.data.inbox.EventHandler;
import java.util.EnumSet;
import java.util.Set;
import org.springframework.stereotype.Component;

/** Keeps profiles in step with the accounts of the auth service. */
@Component
class AccountListener implements EventHandler {
    private static final Set<EventType> WANTED = EnumSet.of(
            EventType.USER_REGISTERED, EventType.EMAIL_VERIFIED, EventType.SIGNED_IN, EventType.TIER_CHANGED);

    private final ProfileService profiles;

    AccountListener(ProfileService profiles) {
        this.profiles = profiles;
    }

    @Override
    public String consumer() {
        return "user-profiles";
    }

    @Override
    public Set<String> topics() {
        return Set.of(Topics.AUTH);
    }

    @Override
    public boolean wants(EventType type) {
        return WANTED.contains(type);
    }

    @Override
    public void handle(EventEnvelope<?> event) {
        switch (event.data()) {
            case AuthEvent.UserRegistered registered -> profiles.create(registered);
            case AuthEvent.EmailVerified verified -> profiles.confirmEmail(verified.userId(), verified.email());
            case AuthEvent.SignedIn signedIn -> profiles.countLogin(signedIn.userId(), event.time());
            case AuthEvent.TierChanged changed -> profiles.changeTier(changed.userId(), changed.tier());
            default -> throw new IllegalArgumentException("Not wanted here: " + event.type());
        }
    }
}
