package dev.culvert.gateway.ratelimit;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import dev.culvert.gateway.ratelimit.Places.Place;
import java.time.Duration;
import java.util.Optional;

/**
 * Calls that are counted in Redis before they come, so that most calls of a busy caller need no trip to it (requirement PT9).
 *
 * <p>Nothing passes that would not have passed otherwise. What is paid in advance is good no longer than the slice of time it
 * is counted in, so a call passes in the slice that counts it; the end is told as a duration and measured from before Redis
 * was asked, so clocks do not matter. It is given far from the border only, at most a 128th of what is left there; near it
 * each call asks. What nobody used when it ends is given back; lest that be much, a caller gets no more than an eighth of the
 * calls it made here within a second.
 */
final class Leases {
    private static final int MOST = 50_000;
    private static final int PART_OF_A_SECOND = 8;
    private static final long SECOND = Duration.ofSeconds(1).toNanos();
    private static final long NANOS_PER_MILLI = Duration.ofMillis(1).toNanos();

    private final SharedWindows shared;
    private final Ticker ticker;
    private final Cache<Charge, Lease> leases = Caffeine.newBuilder()
            .executor(Runnable::run) // see LocalWindows
            .maximumSize(MOST)
            .expireAfterAccess(Duration.ofSeconds(10))
            .build();

    Leases(SharedWindows shared, Ticker ticker) {
        this.shared = shared;
        this.ticker = ticker;
    }

    /** The lease of a charge that may have one. */
    Optional<Lease> of(Charge charge) {
        return charge.payableInAdvance() ? Optional.of(leases.get(charge, Lease::new)) : Optional.empty();
    }

    /** Gives back what was paid for and did not come in time. */
    void giveBack() {
        leases.asMap().values().forEach(Lease::giveBack);
    }

    /** What is paid for calls of one kind. Guarded by itself. */
    final class Lease {
        private final Charge charge;
        private int paid;
        private long goodUntil = ticker.read();
        private Optional<Decision> last = Optional.empty(); // the one that is left when all is used
        private boolean asking;
        private long second = ticker.read();
        private int callsThisSecond;
        private int callsLastSecond;

        private Lease(Charge charge) {
            this.charge = charge;
        }

        /** A call that is paid already, if there is one and its place in flight is known to Redis too. */
        synchronized Optional<Decision> take(Optional<Place> place) {
            notice(ticker.read());
            if (paid == 0 || isOver() || !place.map(Place::isHeld).orElse(true)) {
                return Optional.empty();
            }
            paid--;
            return last.map(decision -> decision.withRemaining(decision.remaining() + paid));
        }

        private boolean isOver() {
            return ticker.read() - goodUntil >= 0;
        }

        private void notice(long now) {
            long passed = now - second;
            if (passed >= SECOND) {
                callsLastSecond = passed < 2 * SECOND ? callsThisSecond : 0;
                callsThisSecond = 0;
                second = now;
            }
            callsThisSecond++;
        }

        /**
         * How many calls to pay for with the one that asks Redis now; one of those under way asks for more at a time. What is
         * left of earlier ones is on its way back before.
         */
        synchronized int wanted() {
            giveBack();
            int wanted = asking || paid > 0 ? 0 : Math.max(callsThisSecond, callsLastSecond) / PART_OF_A_SECOND;
            asking = asking || wanted > 0;
            return wanted;
        }

        private synchronized void giveBack() {
            if (paid > 0 && isOver()) {
                int unused = paid;
                paid = 0;
                last.ifPresent(decision -> shared.giveBack(charge, unused, decision.nowMillis()));
            }
        }

        /** Redis was asked at {@code askedAt} and gave this. */
        synchronized void add(Grant grant, long askedAt, Optional<Place> place) {
            if (grant.advance() > 0) {
                paid = grant.advance();
                goodUntil = askedAt + grant.goodMillis() * NANOS_PER_MILLI;
                last = Optional.of(
                        grant.decision().withRemaining(grant.decision().remaining() - grant.advance()));
                place.ifPresent(one -> one.hold(grant.places(), goodUntil));
            }
        }

        /** The call that asked for more has its answer, or does not wait for it any more. */
        synchronized void asked() {
            asking = false;
        }
    }
}
