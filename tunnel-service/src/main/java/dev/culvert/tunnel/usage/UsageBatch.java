package dev.culvert.tunnel.usage;

import java.time.Instant;
import java.util.Map;
import java.util.UUID;

/**
 * What was measured in one interval, to be stored as a whole or not at all.
 *
 * @param id stays the same when the batch is sent again
 */
record UsageBatch(UUID id, Instant from, Instant to, Map<Key, Sums> entries) {
    UsageBatch {
        entries = Map.copyOf(entries);
    }

    /** Whose use, of what, in which hour (its beginning). */
    record Key(UUID tunnelId, UUID tenantId, UUID userId, Instant hour) {}

    /**
     * Sums over requests; immutable.
     *
     * @param durationMillis of the requests that ended, like the shortest and the longest beside it
     * @param minDurationMillis {@link Long#MAX_VALUE} when none ended
     * @param peakRequests most requests of the tunnel at the same time on this replica, whoever sent them
     */
    record Sums(
            long requests,
            long errors,
            long bytesIn,
            long bytesOut,
            long durationMillis,
            long minDurationMillis,
            long maxDurationMillis,
            long promptTokens,
            long completionTokens,
            int peakRequests) {

        /** A request that began, when so many were under way with it. */
        static Sums begun(int underWay) {
            return new Sums(0, 0, 0, 0, 0, Long.MAX_VALUE, 0, 0, 0, underWay);
        }

        /** Body bytes that were moved since the last time. */
        static Sums moved(long bytesIn, long bytesOut) {
            return new Sums(0, 0, bytesIn, bytesOut, 0, Long.MAX_VALUE, 0, 0, 0, 0);
        }

        /** A request that ended, with the bytes that were not counted before. */
        static Sums ended(boolean error, long bytesIn, long bytesOut, long millis, TokenCount tokens) {
            return new Sums(
                    1,
                    error ? 1 : 0,
                    bytesIn,
                    bytesOut,
                    millis,
                    millis,
                    millis,
                    tokens.prompt(),
                    tokens.completion(),
                    0);
        }

        Sums plus(Sums other) {
            return new Sums(
                    requests + other.requests,
                    errors + other.errors,
                    bytesIn + other.bytesIn,
                    bytesOut + other.bytesOut,
                    durationMillis + other.durationMillis,
                    Math.min(minDurationMillis, other.minDurationMillis),
                    Math.max(maxDurationMillis, other.maxDurationMillis),
                    promptTokens + other.promptTokens,
                    completionTokens + other.completionTokens,
                    Math.max(peakRequests, other.peakRequests));
        }
    }
}
