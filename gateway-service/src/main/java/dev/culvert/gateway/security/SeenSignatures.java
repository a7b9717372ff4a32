package dev.culvert.gateway.security;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.culvert.gateway.cache.OnceOnly;
import java.time.Duration;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/** Signatures that were used: in this instance, and through Redis in all of them. */
@Component
final class SeenSignatures {
    private static final int MOST_REMEMBERED = 100_000;

    private final Cache<String, Boolean> here;
    private final Duration memory;
    private final OnceOnly everywhere;

    SeenSignatures(SecurityProperties properties, OnceOnly everywhere) {
        this.everywhere = everywhere;
        memory = properties.signing().tolerance().multipliedBy(2); // as long before as after the gateway's time
        here = Caffeine.newBuilder()
                .maximumSize(MOST_REMEMBERED)
                .expireAfterWrite(memory)
                .build();
    }

    /** Whether this is the first use. While Redis is away, as far as this instance knows. */
    Mono<Boolean> first(String signature) {
        return here.asMap().putIfAbsent(signature, true) != null
                ? Mono.just(false)
                : everywhere.first("signature:" + signature, memory);
    }
}
