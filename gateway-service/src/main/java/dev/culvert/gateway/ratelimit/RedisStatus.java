package dev.culvert.gateway.ratelimit;

import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/** Whether the store of the shared counts answers. */
@Component
public final class RedisStatus {
    private final SharedRedis shared;

    RedisStatus(SharedRedis shared) {
        this.shared = shared;
    }

    /** Completes when Redis answers, fails when it does not. */
    public Mono<Void> check() {
        return shared.ping();
    }
}
