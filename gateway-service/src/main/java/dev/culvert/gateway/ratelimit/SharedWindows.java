package dev.culvert.gateway.ratelimit;

import dev.culvert.gateway.ratelimit.Places.Place;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/** The counts all instances share: one script call to Redis per request, whatever the number of windows. */
@Component
final class SharedWindows {
    private static final RedisScript GIVE_BACK = RedisScript.read("giveback.lua");

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
        return count(charge, place, 0).map(Grant::decision);
    }

    /** As above, and counts up to {@code advance} further calls for later. */
    Mono<Grant> count(Charge charge, Optional<Place> place, int advance) {
        return place.map(one -> Mono.defer(() -> {
                    synchronized (one) { // the script hears of the numbers in the order in which they changed
                        return ask(charge, one.tell(), advance);
                    }
                }))
                .orElseGet(() -> Mono.defer(() -> ask(charge, 0, advance)));
    }

    /** Tells Redis that calls it counted at {@code countedMillis} did not come; should it not hear, they stay counted. */
    void giveBack(Charge charge, int calls, long countedMillis) {
        List<Window> windows = charge.timed();
        String[] keys = windows.stream().map(Window::key).toArray(String[]::new);
        String[] arguments = Stream.concat(
                        Stream.of(Integer.toString(calls)),
                        windows.stream()
                                .map(window -> Long.toString(window.span().slice(countedMillis))))
                .toArray(String[]::new);
        redis.tell(GIVE_BACK, keys, arguments);
    }

    private Mono<Grant> ask(Charge charge, int inUse, int advance) {
        String[] arguments = charge.arguments(
                longestWait, forgivenAfter, instance, Integer.toString(inUse), Integer.toString(advance));
        return redis.run(script, charge.keys(), arguments).map(answer -> grant(answer, charge, inUse));
    }

    private static Grant grant(List<Long> answer, Charge charge, int inUse) {
        Window tightest = charge.windows().get(answer.get(1).intValue() - 1);
        int advance = answer.get(6).intValue();
        Decision decision = new Decision(
                answer.get(0) == 1,
                tightest,
                answer.get(2).intValue() + advance,
                answer.get(3),
                answer.get(4),
                answer.get(5),
                false);
        return new Grant(decision, advance, answer.get(7) - answer.get(4), inUse);
    }
}
