package dev.culvert.tunnel.usage;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * What was measured in one interval, to be stored as a whole or not at all.
 *
 * @param id stays the same when the batch is sent again
 * @param progress of requests that are under way, or were when the batch before this one was cut
 */
record UsageBatch(UUID id, Instant from, Instant to, Map<Key, Sums> entries, List<Progress> progress) {
    UsageBatch {
        entries = Map.copyOf(entries);
        progress = List.copyOf(progress);
    }

    UsageBatch(UUID id, Instant from, Instant to, Map<Key, Sums> entries) {
        this(id, from, to, entries, List.of());
    }

    /**
     * How far a request is. The bytes of one that goes on with another replica's answer are in no {@link Sums}: how many of
     * them count, only the database knows.
     *
     * @param answer name of what is answered, the same for all who go on with it
     * @param bytes of the answer, from its beginning
     * @param continued whether it goes on with what another request has brought
     */
    record Progress(Key key, String answer, long bytes, boolean continued, State state) {}

    /** What is to become of a request. */
    enum State {
        RUNNING,
        /** It was under way when its replica was killed: another request may have gone on with its answer since. */
        LEFT_BEHIND,
        /** It has ended, before the end of its answer: another request may go on with that. */
        BROKEN_OFF,
        OVER
    }

    /** Whose use, of what, in which hour (its beginning). */
    record Key(UUID tunnelId, UUID tenantId, UUID userId, Instant hour) {}

    static Instant hourOf(Instant time) {
        return time.truncatedTo(ChronoUnit.HOURS);
    }

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

        /** Requests that a replica left behind when it was killed. */
        static Sums cutOff(int requests) {
            return new Sums(requests, requests, 0, 0, 0, Long.MAX_VALUE, 0, 0, 0, 0);
        }

        /** The same without a request that was counted before. */
        Sums ofKnownRequest() {
            return plus(new Sums(-1, 0, 0, 0, 0, Long.MAX_VALUE, 0, 0, 0, 0));
        }

        /** Whether there is a shortest and a longest duration. */
        boolean anyDuration() {
            return minDurationMillis != Long.MAX_VALUE;
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
