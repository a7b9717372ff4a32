package dev.culvert.gateway.identity;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import dev.culvert.gateway.call.Identity;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.springframework.stereotype.Component;

/**
 * Credentials that were verified lately, by the hash of the whole credential. Only good ones are here, so nobody can push
 * them out with rubbish. An entry ends with its token, a revocation, or the longest time set (requirement R2.1a).
 */
@Component
final class VerifiedCredentials {
    /** A token that passes the gateway must still be good when the service verifies it. */
    private static final Duration ON_THE_WAY = Duration.ofSeconds(5);

    private final Cache<String, Entry> entries;
    private final Revocations revocations;
    private final Clock clock;

    record Entry(Identity identity, Instant verifiedAt) {}

    VerifiedCredentials(IdentityProperties properties, Revocations revocations, SigningKeys keys, Clock clock) {
        this.revocations = revocations;
        this.clock = clock;
        this.entries = Caffeine.newBuilder()
                .executor(Runnable::run) // noting look-ups takes less than waking a thread for it
                .maximumSize(properties.cachedTokens())
                .expireAfter(Expiry.<String, Entry>writing((_, entry) -> lifetime(entry, properties.cachedFor())))
                .build();
        keys.onWithdrawal(this::clear);
    }

    private static Duration lifetime(Entry entry, Duration longest) {
        Duration left = Duration.between(
                entry.verifiedAt(), entry.identity().expiresAt().minus(ON_THE_WAY));
        if (left.isNegative()) {
            return Duration.ZERO;
        }
        return left.compareTo(longest) < 0 ? left : longest;
    }

    /** The identity of a credential that is known to be good now. */
    Optional<Entry> find(Credential credential) {
        Entry entry = entries.getIfPresent(credential.digest());
        return entry == null || revocations.cover(entry.identity()) || revocations.outdated(entry.identity())
                ? Optional.empty()
                : Optional.of(entry);
    }

    void remember(Credential credential, Identity identity) {
        entries.put(credential.digest(), new Entry(identity, clock.instant()));
    }

    void clear() {
        entries.invalidateAll();
    }
}
