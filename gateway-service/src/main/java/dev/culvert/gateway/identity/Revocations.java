package dev.culvert.gateway.identity;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.culvert.gateway.call.Identity;
import java.time.Duration;
import java.util.UUID;
import org.springframework.stereotype.Component;

/**
 * API keys and sessions that ended lately. A token made before lives on until its expiry by its signature alone, so the
 * revocation is remembered longer than any access token lives.
 */
@Component
final class Revocations {
    private static final Duration LONGER_THAN_ANY_TOKEN = Duration.ofHours(1);
    private static final int MOST = 100_000;

    private final Cache<UUID, Boolean> keys = bounded();
    private final Cache<String, Boolean> sessions = bounded();

    void revokeKey(UUID apiKeyId) {
        keys.put(apiKeyId, Boolean.TRUE);
    }

    void endSession(UUID sessionId) {
        sessions.put(sessionId.toString(), Boolean.TRUE);
    }

    /** Whether what the identity was made from has ended since. */
    boolean cover(Identity identity) {
        return identity.caller()
                        .apiKeyId()
                        .map(id -> keys.getIfPresent(id) != null)
                        .orElse(false)
                || identity.caller()
                        .sessionId()
                        .map(id -> sessions.getIfPresent(id) != null)
                        .orElse(false);
    }

    private static <K> Cache<K, Boolean> bounded() {
        return Caffeine.newBuilder()
                .maximumSize(MOST)
                .expireAfterWrite(LONGER_THAN_ANY_TOKEN)
                .build();
    }
}
