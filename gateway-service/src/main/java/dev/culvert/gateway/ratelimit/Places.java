package dev.culvert.gateway.ratelimit;

import jakarta.annotation.PreDestroy;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/**
 * Calls under way, by whose limit they count (requirements R6.1a, R6.3). Redis knows of each instance how many it has, and
 * hears of it with the call's own question. What ended is told together, some times a second, off every call's way. An
 * instance that dies is not heard of any more and then counts for nothing.
 *
 * <p>An instance always tells its whole number, in the order in which it changed, never a difference: so a message that is
 * lost or repeated does no harm.
 */
@Component
final class Places {
    private static final Duration TELL_EVERY = Duration.ofMillis(50);
    private static final int SIGNS_OF_LIFE = 3;

    private final String instance = UUID.randomUUID().toString();
    private final SharedRedis redis;
    private final RedisScript script = RedisScript.read("places.lua");
    private final String lease;
    private final long signOfLifeNanos;
    private final ConcurrentMap<String, Place> places = new ConcurrentHashMap<>();
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("places-in-flight").factory());

    Places(SharedRedis redis, RateLimitProperties properties) {
        this.redis = redis;
        lease = Long.toString(properties.placesLease().toMillis());
        signOfLifeNanos = properties.placesLease().toNanos() / SIGNS_OF_LIFE;
        var _ = timer.scheduleWithFixedDelay(
                this::tell, TELL_EVERY.toMillis(), TELL_EVERY.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Calls under way of one limit, at this instance. Guarded by itself. */
    static final class Place {
        private final String key;
        private int inUse;
        private int told;
        private long toldNanos = System.nanoTime();
        private int held;
        private long heldUntilNanos = System.nanoTime();
        private boolean gone;

        private Place(String key) {
            this.key = key;
        }

        /** With the call that asks. */
        synchronized int inUse() {
            return inUse;
        }

        /** What Redis is told now; the caller holds the lock until the message is on its way. */
        int tell() {
            told = toTell();
            toldNanos = System.nanoTime();
            return told;
        }

        private int toTell() {
            return System.nanoTime() - heldUntilNanos < 0 ? Math.max(inUse, held) : inUse;
        }

        /**
         * Redis knows of so many, and is told of no fewer until then: calls that do not ask it may use them. Unless it was
         * told of fewer while its answer was on the way.
         */
        synchronized void hold(int known, long untilNanos) {
            held = Math.min(known, told);
            heldUntilNanos = untilNanos;
        }

        /** Whether Redis knows of this call's place, without being told. */
        synchronized boolean isHeld() {
            return inUse <= held && System.nanoTime() - heldUntilNanos < 0;
        }

        /** The call has ended or was refused. */
        synchronized void release() {
            inUse--;
        }
    }

    /** Name of this instance in Redis. */
    String instance() {
        return instance;
    }

    /** One more call; to be {@link Place#release() released} once. */
    Place take(Window window) {
        while (true) {
            Place place = places.computeIfAbsent(window.key(), Place::new);
            synchronized (place) {
                if (!place.gone) {
                    place.inUse++;
                    return place;
                }
            }
        }
    }

    /** Calls under way, of everybody. */
    int inUse() {
        return places.values().stream().mapToInt(Place::inUse).sum();
    }

    private void tell() {
        for (Place place : places.values()) {
            synchronized (place) {
                boolean changed = place.toTell() < place.told;
                boolean silent = place.inUse > 0 && System.nanoTime() - place.toldNanos > signOfLifeNanos;
                if (changed || silent) {
                    send(place);
                } else if (place.inUse == 0 && place.told == 0) {
                    place.gone = true;
                    places.remove(place.key, place);
                }
            }
        }
    }

    /** The caller holds the lock of the place. */
    private void send(Place place) {
        int before = place.told;
        String[] arguments = {instance, Integer.toString(place.tell()), lease};
        var _ = Mono.defer(() -> redis.run(script, new String[] {place.key}, arguments))
                .subscribe(_ -> {}, _ -> {
                    synchronized (place) {
                        place.told = Math.max(place.told, before); // Redis did not hear: tell it again
                    }
                });
    }

    @PreDestroy
    void stop() {
        timer.shutdownNow();
    }
}
