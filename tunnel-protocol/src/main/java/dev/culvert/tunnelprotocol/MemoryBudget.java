package dev.culvert.tunnelprotocol;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Upper bound for what open streams may make this process hold. A stalled stream pins about twice its window, because
 * slices keep the whole frames they were cut from alive (measured); so that is what callers reserve.
 */
public final class MemoryBudget {
    private final long limitBytes;
    private final AtomicLong reservedBytes = new AtomicLong();

    public MemoryBudget(long limitBytes) {
        if (limitBytes <= 0) {
            throw new IllegalArgumentException("The memory budget must be positive");
        }
        this.limitBytes = limitBytes;
    }

    /** Takes room if there is enough; the caller releases exactly as much. */
    public boolean tryReserve(long bytes) {
        return tryReserve(bytes, limitBytes);
    }

    /** Takes room for what is only nice to have: half of the budget stays free. */
    public boolean tryReserveSpare(long bytes) {
        return tryReserve(bytes, limitBytes / 2);
    }

    private boolean tryReserve(long bytes, long limit) {
        long before;
        do {
            before = reservedBytes.get();
            if (before + bytes > limit) {
                return false;
            }
        } while (!reservedBytes.compareAndSet(before, before + bytes));
        return true;
    }

    /** What a stalled stream of the given window may keep from being freed. */
    public static long pinnedBy(int windowBytes) {
        return 2L * windowBytes;
    }

    public void release(long bytes) {
        reservedBytes.addAndGet(-bytes);
    }

    public long reservedBytes() {
        return reservedBytes.get();
    }

    public long limitBytes() {
        return limitBytes;
    }
}
