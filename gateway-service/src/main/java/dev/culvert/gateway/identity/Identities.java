package dev.culvert.gateway.identity;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.gateway.call.Identity;
import dev.culvert.platform.problem.ProblemException;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/** Makes an identity of a credential: from memory, by signature, or by asking auth-service. */
@Component
final class Identities {
    private static final int MOST_REFUSED = 10_000;

    private final VerifiedCredentials verified;
    private final Revocations revocations;
    private final AccessTokens tokens;
    private final ApiKeys keys;
    private final ExternalTokens externalTokens;
    private final RevocationFeed feed;
    private final Duration blindFor;
    private final Clock clock;
    private final ConcurrentMap<String, Mono<Identity>> underway = new ConcurrentHashMap<>();
    private final Cache<String, ProblemException> refusals;

    Identities(
            VerifiedCredentials verified,
            Revocations revocations,
            AccessTokens tokens,
            ApiKeys keys,
            ExternalTokens externalTokens,
            RevocationFeed feed,
            IdentityProperties properties,
            Clock clock) {
        this.verified = verified;
        this.revocations = revocations;
        this.tokens = tokens;
        this.keys = keys;
        this.externalTokens = externalTokens;
        this.feed = feed;
        this.blindFor = properties.blindFor();
        this.clock = clock;
        this.refusals = Caffeine.newBuilder()
                .maximumSize(MOST_REFUSED)
                .expireAfterWrite(properties.refusedKeyFor())
                .build();
    }

    /** The identity of a credential that was verified before and still holds; costs no signature and no call. */
    Optional<Identity> known(Credential credential) {
        return verified.find(credential)
                .filter(entry -> credential instanceof Credential.AccessToken || feed.live() || !isOld(entry))
                .map(VerifiedCredentials.Entry::identity);
    }

    private boolean isOld(VerifiedCredentials.Entry entry) {
        return entry.verifiedAt().plus(blindFor).isBefore(clock.instant());
    }

    /** What a credential is that is not known yet. */
    Credential read(Credential credential) {
        return externalTokens.read(credential);
    }

    /**
     * Verifies a credential; callers that come with the same one from the same address meanwhile share the work, and only
     * they, because the answer for a key can depend on the address.
     */
    Mono<Identity> verify(Credential credential, String clientAddress) {
        String digest = credential.digest();
        ProblemException refused = refusals.getIfPresent(digest);
        if (refused != null) {
            return Mono.error(refused);
        }
        String asked = digest + '@' + clientAddress;
        return underway.computeIfAbsent(
                asked,
                _ -> ask(credential, clientAddress)
                        .doFinally(_ -> underway.remove(asked))
                        .cache());
    }

    private Mono<Identity> ask(Credential credential, String clientAddress) {
        return switch (credential) {
            case Credential.AccessToken token -> tokens.verify(token.value()).flatMap(found -> admit(token, found));
            case Credential.ExternalToken token ->
                externalTokens
                        .exchange(token, clientAddress)
                        .flatMap(found -> admit(token, found))
                        .doOnError(ProblemException.class, refusal -> remember(token, refusal));
            case Credential.ApiKey key ->
                keys.exchange(key, clientAddress)
                        // an answer that was on its way while the key changed
                        .flatMap(found ->
                                revocations.outdated(found) ? keys.exchange(key, clientAddress) : Mono.just(found))
                        .flatMap(found -> admit(key, found))
                        .doOnError(ProblemException.class, refusal -> remember(key, refusal))
                        .onErrorResume(ProblemException.class, refusal -> stale(key, refusal));
        };
    }

    private Mono<Identity> admit(Credential credential, Identity found) {
        if (revocations.cover(found)) {
            return Mono.error(new ProblemException(
                    ProblemCode.AUTH_TOKEN_INVALID,
                    "The session or API key has ended.",
                    RefusedCredential.because("revoked")));
        }
        verified.remember(credential, found);
        return Mono.just(found);
    }

    private void remember(Credential.ApiKey key, ProblemException refusal) {
        if (refusal.code() == ProblemCode.AUTH_TOKEN_INVALID) {
            refusals.put(key.digest(), refusal);
        }
    }

    private void remember(Credential.ExternalToken token, ProblemException refusal) {
        if (refusal.code() != ProblemCode.SERVICE_UNAVAILABLE) {
            refusals.put(token.digest(), refusal);
        }
    }

    /** Better a key that may have been revoked a moment ago than none at all while auth-service is away too. */
    private Mono<Identity> stale(Credential.ApiKey key, ProblemException refusal) {
        return refusal.code() == ProblemCode.SERVICE_UNAVAILABLE
                ? Mono.justOrEmpty(verified.find(key).map(VerifiedCredentials.Entry::identity))
                        .switchIfEmpty(Mono.error(refusal))
                : Mono.error(refusal);
    }
}
