package dev.culvert.tunnel.inspector;

import java.util.concurrent.atomic.AtomicLong;

/** Room for bodies and times of requests that are still under way: a fourth of the inspector's memory. */
final class CaptureMemory {
    private final long limitBytes;
    private final AtomicLong takenBytes = new AtomicLong();

    CaptureMemory(long inspectorBytes) {
        this.limitBytes = inspectorBytes / 4;
    }

    /** Takes room if there is enough; the caller gives back exactly as much. */
    boolean tryTake(long bytes) {
        long before;
        do {
            before = takenBytes.get();
            if (before + bytes > limitBytes) {
                return false;
            }
        } while (!takenBytes.compareAndSet(before, before + bytes));
        return true;
    }

    void giveBack(long bytes) {
        takenBytes.addAndGet(-bytes);
    }

    long takenBytes() {
        return takenBytes.get();
    }
}
