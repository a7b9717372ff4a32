package dev.culvert.tunnel.usage;

import java.time.Instant;
import java.time.LocalDate;
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

    /** Whose use, of what, on which UTC day. */
    record Key(UUID tunnelId, UUID tenantId, UUID userId, LocalDate day) {}

    /** Sums of requests; immutable. */
    record Sums(
            long requests,
            long errors,
            long bytesIn,
            long bytesOut,
            long durationMillis,
            long minDurationMillis,
            long maxDurationMillis) {
        Sums plus(Sums other) {
            return new Sums(
                    requests + other.requests,
                    errors + other.errors,
                    bytesIn + other.bytesIn,
                    bytesOut + other.bytesOut,
                    durationMillis + other.durationMillis,
                    Math.min(minDurationMillis, other.minDurationMillis),
                    Math.max(maxDurationMillis, other.maxDurationMillis));
        }
    }
}
