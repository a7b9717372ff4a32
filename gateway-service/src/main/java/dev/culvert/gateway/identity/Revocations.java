package dev.culvert.gateway.identity;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.culvert.gateway.call.Identity;
import dev.culvert.platform.caller.Caller;
import java.time.Duration;
import java.util.UUID;
import org.springframework.stereotype.Component;

/**
 * API keys, sessions and single tokens that ended or changed lately. A token made before lives on until its expiry by its signature alone, so the
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

    /** Takes the id of a session, or of a single token that ended without its session. */
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
        Caller caller = identity.caller();
        return caller.apiKeyId().map(id -> keys.getIfPresent(id) != null).orElse(false)
                || caller.sessionId().map(this::ended).orElse(false)
                || caller.tokenId().map(this::ended).orElse(false);
    }

    private boolean ended(String id) {
        return sessions.getIfPresent(id) != null;
    }

    private static <K, V> Cache<K, V> bounded() {
        return Caffeine.newBuilder()
                .maximumSize(MOST)
                .expireAfterWrite(LONGER_THAN_ANY_TOKEN)
                .build();
    }
}
