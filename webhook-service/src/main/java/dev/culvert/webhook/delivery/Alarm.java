package dev.culvert.webhook.delivery;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** Wakes one waiting thread at the earliest of the times it was set to; a time set while nobody waits is remembered. */
final class Alarm {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition earlier = lock.newCondition();
    private final Clock clock;
    private Instant next = Instant.MAX;

    Alarm(Clock clock) {
        this.clock = clock;
    }

    /** Wakes the waiting thread at {@code time}, unless it wakes earlier anyway. */
    void setTo(Instant time) {
        lock.lock();
        try {
            if (time.isBefore(next)) {
                next = time;
                earlier.signal();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Waits for the alarm, but at most {@code longest}. */
    void await(Duration longest) throws InterruptedException {
        Instant end = clock.instant().plus(longest);
        lock.lock();
        try {
            Instant now = clock.instant();
            while (now.isBefore(end) && now.isBefore(next)) {
                Instant until = next.isBefore(end) ? next : end;
                earlier.await(Duration.between(now, until).toNanos(), TimeUnit.NANOSECONDS);
                now = clock.instant();
            }
            if (!now.isBefore(next)) {
                next = Instant.MAX;
            }
        } finally {
            lock.unlock();
        }
    }
}
