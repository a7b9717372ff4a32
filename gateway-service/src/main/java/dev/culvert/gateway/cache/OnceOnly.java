package dev.culvert.gateway.cache;

import java.time.Duration;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/** Tells the first of several equal things from the others, over all instances. */
@Component
public final class OnceOnly {
    private final RedisAnswers redis;

    OnceOnly(RedisAnswers redis) {
        this.redis = redis;
    }

    /** Whether nobody asked for the same within the time; true as well while Redis does not answer. */
    public Mono<Boolean> first(String thing, Duration memory) {
        return redis.putFirst(thing, memory);
    }
}
