package dev.culvert.gateway.ratelimit;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.culvert.contracts.identity.Tier;
import dev.culvert.platform.caller.Caller;
import java.time.Duration;
import java.util.Objects;
import java.util.UUID;
import org.springframework.stereotype.Component;

/** Plans that changed lately. Tokens made before tell the old one; a change is remembered longer than any of them lives. */
@Component
public final class TierChanges {
    private static final Duration LONGER_THAN_ANY_TOKEN = Duration.ofHours(1);
    private static final int MOST = 100_000;

    private final Cache<UUID, Tier> changed = Caffeine.newBuilder()
            .maximumSize(MOST)
            .expireAfterWrite(LONGER_THAN_ANY_TOKEN)
            .build();

    TierChanges() {}

    /** The limits of the user are those of another plan from now on. */
    public void change(UUID userId, Tier tier) {
        changed.put(userId, tier);
    }

    Tier of(Caller caller) {
        return Objects.requireNonNullElse(changed.getIfPresent(caller.userId()), caller.tier());
    }
}
