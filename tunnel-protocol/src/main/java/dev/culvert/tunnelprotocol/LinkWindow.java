package dev.culvert.tunnelprotocol;

import java.util.concurrent.TimeUnit;

/**
 * How many bytes of all streams together may be on their way to this end of a link. What is under way waits in front of
 * everything that is sent next: a fixed window of 8 MiB is a third of a second at 25 MB/s, for each event and each small answer,
 * while somebody downloads. So there is room for twice what the way takes in a round trip, which is what keeps it busy, and no
 * more. A far agent gets a wide window, a near one that is slow because its machine is busy does not.
 *
 * <p>It only says how wide; a stalled stream takes nothing of it, as the window is refilled on arrival. Of one event loop.
 */
final class LinkWindow {
    static final int LARGEST_BYTES = 8 * 1024 * 1024;

    /** So that what one turn of the event loop finds in the socket is not taken for the speed of the way. */
    private static final long SHORTEST_SAMPLE_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    /** Share of a longer round trip that is believed: most are longer because something waited. */
    private static final int SLOW_TO_BELIEVE = 16;

    private int windowBytes;
    private long roundTripNanos;
    private long sinceNanos;
    private long arrivedBytes;

    /** @param windowBytes how many may be under way at first */
    LinkWindow(int windowBytes, long nowNanos) {
        this.windowBytes = windowBytes;
        this.sinceNanos = nowNanos;
    }

    /** Notes how long the other end took to answer. */
    void answered(long nanos) {
        roundTripNanos = roundTripNanos == 0 || nanos < roundTripNanos
                ? nanos
                : roundTripNanos + (nanos - roundTripNanos) / SLOW_TO_BELIEVE;
    }

    /**
     * Notes bytes of any stream.
     *
     * @return by how much the window should grow now; mostly nothing
     */
    int arrived(int bytes, long nowNanos) {
        arrivedBytes += bytes;
        long took = nowNanos - sinceNanos;
        if (took < Math.max(SHORTEST_SAMPLE_NANOS, roundTripNanos)) {
            return 0;
        }
        double inARoundTrip = (double) arrivedBytes * roundTripNanos / took;
        sinceNanos = nowNanos;
        arrivedBytes = 0;
        int more = (int) Math.min(LARGEST_BYTES, 2 * inARoundTrip) - windowBytes;
        if (more <= 0) {
            return 0;
        }
        windowBytes += more;
        return more;
    }
}
