package dev.culvert.gateway.call;

import reactor.core.publisher.Mono;

/** What a part of the gateway does before the first call comes, so that it costs that call nothing. */
public interface Rehearsal {
    /** Does it once; must not change anything that calls depend on. What fails is passed over. */
    Mono<Void> rehearse();
}
