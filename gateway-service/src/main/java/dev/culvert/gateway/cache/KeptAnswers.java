package dev.culvert.gateway.cache;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.springframework.http.HttpHeaders;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/** Answers that are kept: in this instance first, then in Redis for all. */
@Component
final class KeptAnswers {
    /** An answer that another instance has replaced or removed in Redis is given from here no longer than this. */
    private static final Duration LOCAL_LIFE = Duration.ofSeconds(30);

    private final Cache<String, Stored> local;
    private final RedisAnswers shared;

    KeptAnswers(CacheProperties properties, RedisAnswers shared) {
        this.shared = shared;
        local = Caffeine.newBuilder()
                .maximumWeight(properties.memory().toBytes())
                .weigher((String key, Stored stored) -> key.length() + stored.weight())
                .expireAfterWrite(LOCAL_LIFE)
                .build();
    }

    /** The answer kept for a request, fresh or not. */
    Mono<Stored.Answer> find(String address, HttpHeaders request) {
        Stored here = local.getIfPresent(address);
        return here == null
                ? fetch(address).flatMap(stored -> answer(address, stored, request))
                : answer(address, here, request);
    }

    /** The same from this instance's memory alone, without waiting for anything. */
    Optional<Stored.Answer> findHere(String address, HttpHeaders request) {
        return switch (local.getIfPresent(address)) {
            case Stored.Answer answer -> Optional.of(answer);
            case Stored.Varying varying
            when local.getIfPresent(variant(address, varying.names(), request)) instanceof Stored.Answer answer ->
                Optional.of(answer);
            case null, default -> Optional.empty();
        };
    }

    private Mono<Stored.Answer> answer(String address, Stored stored, HttpHeaders request) {
        return switch (stored) {
            case Stored.Answer answer -> Mono.just(answer);
            case Stored.Varying varying -> {
                String variant = variant(address, varying.names(), request);
                Stored here = local.getIfPresent(variant);
                yield (here == null ? fetch(variant) : Mono.just(here)).ofType(Stored.Answer.class);
            }
        };
    }

    private Mono<Stored> fetch(String key) {
        return shared.get(key).doOnNext(stored -> local.put(key, stored));
    }

    void keep(String address, HttpHeaders request, Stored.Answer answer) {
        List<String> varies = answer.head().varies();
        long millis = answer.freshMillis()
                + Math.max(answer.staleMillis(), Duration.ofMinutes(1).toMillis());
        if (varies.isEmpty()) {
            put(address, answer, millis);
        } else {
            put(address, new Stored.Varying(varies), millis);
            put(variant(address, varies, request), answer, millis);
        }
    }

    private void put(String key, Stored stored, long millis) {
        local.put(key, stored);
        shared.put(key, stored, millis);
    }

    /** Forgets what is kept for an address, all variants of it: without the list of what it varies by none is found. */
    void forget(String address) {
        local.invalidate(address);
        shared.remove(address);
    }

    private static String variant(String address, List<String> names, HttpHeaders request) {
        StringBuilder key = new StringBuilder(address);
        for (String name : names) {
            key.append('\n').append(name).append(':').append(selecting(name, request));
        }
        return key.toString();
    }

    /** The value by which an answer was chosen; several lines of a header are one list (RFC 9110 §5.2). */
    static String selecting(String name, HttpHeaders request) {
        return String.join(",", request.getOrEmpty(name)).replace(" ", "");
    }
}
