package dev.culvert.gateway.identity;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.culvert.gateway.call.Identity;
import java.time.Duration;
import java.util.UUID;
import org.springframework.stereotype.Component;

/**
 * API keys and sessions that ended or changed lately. A token made before lives on until its expiry by its signature alone, so the
 * revocation is remembered longer than any access token lives.
 */
@Component
final class Revocations {
    private static final Duration LONGER_THAN_ANY_TOKEN = Duration.ofHours(1);
    private static final int MOST = 100_000;

    private final Cache<UUID, Boolean> keys = bounded();
    private final Cache<UUID, Integer> keyVersions = bounded();
    private final Cache<String, Boolean> sessions = bounded();

    void revokeKey(UUID apiKeyId) {
        keys.put(apiKeyId, Boolean.TRUE);
    }

    /** Whatever is known of the key in an older version no longer counts. */
    void changeKey(UUID apiKeyId, int version) {
        keyVersions.asMap().merge(apiKeyId, version, Math::max);
    }

    void endSession(UUID sessionId) {
        sessions.put(sessionId.toString(), Boolean.TRUE);
    }

    /** Whether the API key the identity was made from changed since: it has to be exchanged anew. */
    boolean outdated(Identity identity) {
        return identity.key()
                .flatMap(terms -> identity.caller()
                        .apiKeyId()
                        .map(keyVersions::getIfPresent)
                        .filter(version -> terms.version() < version))
                .isPresent();
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

    private static <K, V> Cache<K, V> bounded() {
        return Caffeine.newBuilder()
                .maximumSize(MOST)
                .expireAfterWrite(LONGER_THAN_ANY_TOKEN)
                .build();
    }
}
