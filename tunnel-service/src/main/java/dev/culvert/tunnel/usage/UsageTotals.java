package dev.culvert.tunnel.usage;

/**
 * Sums over requests.
 *
 * @param errorCount requests that ended with a 5xx status, were cut off or timed out
 * @param minLatency milliseconds of the shortest request, 0 when there was none
 * @param maxLatency milliseconds of the longest request
 */
public record UsageTotals(
        long requestCount,
        long successCount,
        long errorCount,
        double successRate,
        double averageLatency,
        long minLatency,
        long maxLatency,
        long bytesIn,
        long bytesOut) {

    /** No traffic at all. */
    public static final UsageTotals NONE = of(0, 0, 0, 0, 0, 0, 0);

    static UsageTotals of(
            long requests, long errors, long durationMillis, long min, long max, long bytesIn, long bytesOut) {
        return new UsageTotals(
                requests,
                requests - errors,
                errors,
                requests == 0 ? 0 : (double) (requests - errors) / requests,
                requests == 0 ? 0 : (double) durationMillis / requests,
                min,
                max,
                bytesIn,
                bytesOut);
    }
}
