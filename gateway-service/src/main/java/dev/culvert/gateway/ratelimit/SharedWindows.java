package dev.culvert.gateway.ratelimit;

import dev.culvert.gateway.ratelimit.Places.Place;
import java.util.List;
import java.util.Optional;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/** The counts all instances share: one script call to Redis per request, whatever the number of windows. */
@Component
final class SharedWindows {
    private static final String NO_PLACE = "0";

    private final SharedRedis redis;
    private final String instance;
    private final RedisScript script;
    private final String longestWait;
    private final String forgivenAfter;

    @Autowired
    SharedWindows(SharedRedis redis, Places places, RateLimitProperties properties) {
        this(redis, places.instance(), properties, RedisScript.read("windows.lua"));
    }

    /** With a script that has another clock, for tests. */
    SharedWindows(SharedRedis redis, String instance, RateLimitProperties properties, RedisScript script) {
        this.redis = redis;
        this.instance = instance;
        this.script = script;
        longestWait = Long.toString(properties.waits().longest().toMillis());
        forgivenAfter = Long.toString(properties.waits().forgivenAfter().toMillis());
    }

    /** Counts the call, and what is under way with it; fails when Redis does not answer. */
    Mono<Decision> count(Charge charge, Optional<Place> place) {
        return place.map(one -> Mono.defer(() -> {
                    synchronized (one) { // the script hears of the numbers in the order in which they changed
                        return ask(charge, Integer.toString(one.tell()));
                    }
                }))
                .orElseGet(() -> Mono.defer(() -> ask(charge, NO_PLACE)))
                .map(answer -> decision(answer, charge));
    }

    private Mono<List<Long>> ask(Charge charge, String inUse) {
        String[] arguments = charge.arguments(longestWait, forgivenAfter, instance, inUse);
        return redis.run(script, charge.keys(), arguments);
    }

    private static Decision decision(List<Long> answer, Charge charge) {
        Window tightest = charge.windows().get(answer.get(1).intValue() - 1);
        return new Decision(
                answer.get(0) == 1, tightest, answer.get(2).intValue(), answer.get(3), answer.get(4), false);
    }
}
