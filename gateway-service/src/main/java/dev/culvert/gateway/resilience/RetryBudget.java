package dev.culvert.gateway.resilience;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Allows repetitions as a share of calls, so that they cannot multiply the load on a service that is down because of too
 * much of it. Counts in thousandths of a repetition.
 */
final class RetryBudget {
    private static final long ONE = 1000;

    private final long earned;
    private final long most;
    private final AtomicLong left;

    RetryBudget(double share, int reserve) {
        earned = Math.round(share * ONE);
        most = reserve * ONE;
        left = new AtomicLong(most);
    }

    /** A call was made, which earns a part of a repetition. */
    void earn() {
        long now = left.get();
        if (now < most) {
            left.compareAndSet(now, Math.min(most, now + earned)); // a lost race loses a part, which does no harm
        }
    }

    /** Whether a call may be repeated; if so, it is paid for. */
    boolean spend() {
        long now;
        do {
            now = left.get();
            if (now < ONE) {
                return false;
            }
        } while (!left.compareAndSet(now, now - ONE));
        return true;
    }
}
