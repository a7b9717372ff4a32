package dev.culvert.tunnelprotocol;

import io.netty.handler.codec.http2.Http2StreamChannel;
import java.time.Duration;

/**
 * Widens the window of a stream whose reader keeps up with a fast sender. The speed of a stream is at most its window per
 * round trip: 256 KiB at 100 ms are 2.6 MB/s, 2 MiB are 20. Streams of tokens never come near and stay small.
 *
 * <p>Growth takes memory from the budget only while half of it is free; new streams come first. Used on the link's event
 * loop by the one who reads the stream.
 */
public final class WindowGrowth {
    static final int LARGEST_WINDOW_BYTES = 2 * 1024 * 1024;

    /**
     * A window that takes longer to pass than this is not what holds the stream back. Counted anew whenever it is over, so that
     * neither the wait for an answer nor a pause in it hides how fast it comes then.
     */
    private static final Duration FAST = Duration.ofMillis(500);

    private final Http2StreamChannel stream;
    private final MemoryBudget budget;
    private int windowBytes;
    private long reservedBytes;
    private long passedBytes;
    private long sinceNanos = System.nanoTime();

    /**
     * @param windowBytes window the stream has now
     */
    public WindowGrowth(Http2StreamChannel stream, int windowBytes, MemoryBudget budget) {
        this.stream = stream;
        this.windowBytes = windowBytes;
        this.budget = budget;
    }

    /** To be called with the size of each piece that is read. */
    public void passed(int bytes) {
        if (windowBytes >= LARGEST_WINDOW_BYTES) {
            return;
        }
        long now = System.nanoTime();
        if (now - sinceNanos > FAST.toNanos()) {
            sinceNanos = now;
            passedBytes = 0;
        }
        passedBytes += bytes;
        if (passedBytes >= windowBytes) {
            sinceNanos = now;
            passedBytes = 0;
            grow();
        }
    }

    private void grow() {
        int more = Math.min(windowBytes, LARGEST_WINDOW_BYTES - windowBytes);
        long pinned = MemoryBudget.pinnedBy(more);
        if (!budget.tryReserveSpare(pinned)) {
            return;
        }
        if (Link.of(stream).growWindow(stream, more)) {
            windowBytes += more;
            reservedBytes += pinned;
        } else {
            budget.release(pinned);
        }
    }

    /** Window the stream has now. */
    public int windowBytes() {
        return windowBytes;
    }

    /** To be called once when the stream has ended: gives the memory back. */
    public void ended() {
        budget.release(reservedBytes);
        reservedBytes = 0;
    }
}
