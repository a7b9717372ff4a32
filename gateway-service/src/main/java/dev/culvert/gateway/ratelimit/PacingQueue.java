package dev.culvert.gateway.ratelimit;

import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.gateway.ratelimit.RateLimitProperties.PacingProperties;
import dev.culvert.platform.problem.ProblemException;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/**
 * Where calls wait for their turn (requirements R6.4, X-43). Whose turn is when was decided where the call was counted, so that
 * the calls of a caller go on in order and at one pace over all gateways; here they only pass the time, and no thread with
 * them. They are bounded in number and in time, each of them can leave, and all can be let go on.
 */
@Component
final class PacingQueue {
    private static final long PLACE_RETRY_MILLIS = 1_000;

    private final PacingProperties properties;
    private final Window places;
    private final Set<Waiting> waiting = ConcurrentHashMap.newKeySet();
    private final AtomicInteger taken = new AtomicInteger();
    private final Map<End, LongAdder> ends = new EnumMap<>(End.class);

    /** How the waiting of a call ended. */
    enum End {
        /** It was its turn, or all were let go on. */
        PASSED,
        /** The client did not wait for it. */
        LEFT,
        /** It had waited for too long. */
        TIMED_OUT,
        /** There was no place to wait. */
        FULL
    }

    /** What becomes of a call that has to wait. */
    sealed interface Entrance {}

    PacingQueue(RateLimitProperties properties) {
        this.properties = properties.pacing();
        places = new Window(
                "queue",
                "queue",
                this.properties.places(),
                Span.places(this.properties.longestWait()),
                false,
                "QUEUE_FULL");
        for (End end : End.values()) {
            ends.put(end, new LongAdder());
        }
    }

    /** A call that found no place. */
    final class Full implements Entrance {
        private Full() {}

        Decision refusal(Decision decision) {
            return Decision.refused(places, decision.nowMillis() + PLACE_RETRY_MILLIS, decision.nowMillis());
        }
    }

    /** A call that has a place. */
    final class Waiting implements Entrance {
        private final Optional<UUID> user;
        private final Duration wait;
        private final Sinks.Empty<Void> letGo = Sinks.empty();

        private Waiting(Optional<UUID> user, long turnMillis) {
            this.user = user;
            wait = Duration.ofMillis(turnMillis);
        }

        /** Completes when it is the call's turn, or fails when that takes too long. To be subscribed to once. */
        Mono<Void> turn() {
            return Mono.firstWithSignal(letGo.asMono(), time()).doFinally(signal -> {
                waiting.remove(this);
                taken.decrementAndGet();
                count(
                        switch (signal) {
                            case CANCEL -> End.LEFT;
                            case ON_ERROR -> End.TIMED_OUT;
                            default -> End.PASSED;
                        });
            });
        }

        private Mono<Void> time() {
            Duration longest = properties.longestWait();
            return wait.compareTo(longest) <= 0
                    ? Mono.delay(wait).then()
                    : Mono.delay(longest).then(Mono.error(PacingQueue::timedOut));
        }
    }

    private static ProblemException timedOut() {
        return new ProblemException(
                        ProblemCode.REQUEST_TIMEOUT, "The call waited for its turn for too long. Call less often.")
                .withAlias("QUEUE_TIMEOUT");
    }

    /** Takes a place for a call whose turn is in so many milliseconds. */
    Entrance enter(Optional<UUID> user, long turnMillis) {
        if (taken.incrementAndGet() > properties.places()) {
            taken.decrementAndGet();
            count(End.FULL);
            return new Full();
        }
        Waiting one = new Waiting(user, turnMillis);
        waiting.add(one);
        return one;
    }

    /** Lets all go on now: they are counted already. Answers how many. */
    int drain() {
        List<Waiting> all = List.copyOf(waiting);
        all.forEach(one -> one.letGo.tryEmitEmpty());
        return all.size();
    }

    int waiting() {
        return taken.get();
    }

    /** Calls of one user that wait. */
    int waiting(UUID user) {
        return (int) waiting.stream()
                .filter(one -> one.user.equals(Optional.of(user)))
                .count();
    }

    PacingProperties properties() {
        return properties;
    }

    /** Calls whose waiting ended so. */
    long ended(End end) {
        return Objects.requireNonNull(ends.get(end)).sum();
    }

    private void count(End end) {
        Objects.requireNonNull(ends.get(end)).increment();
    }
}
