package dev.culvert.tunnel.inspector;

import dev.culvert.tunnel.inspector.Timeline.Chunk;
import dev.culvert.tunnel.session.TrafficMeter.Protocol;
import dev.culvert.tunnel.session.TrafficMeter.Traffic;
import java.util.List;
import java.util.UUID;

/**
 * A request that ended, as it is kept. Secret headers are gone already; the path is as it was, because a request can only be
 * sent again so, and is redacted when it is shown.
 *
 * @param path raw path and query
 */
record CapturedRequest(
        Traffic traffic,
        String path,
        List<Header> requestHeaders,
        CapturedBody requestBody,
        List<Header> answerHeaders,
        CapturedBody answerBody,
        List<Chunk> timeline) {
    private static final int FIXED_BYTES = 1024;
    private static final int BYTES_PER_HEADER = 96;
    static final int BYTES_PER_CHUNK = 48;

    UUID id() {
        return traffic.course().requestId();
    }

    UUID tunnelId() {
        return traffic.tunnelId();
    }

    /** Whether it can be sent again as it was, but for its secrets. */
    boolean isReplayable() {
        return traffic.course().protocol() == Protocol.HTTP_1_1 && requestBody.isWhole();
    }

    /** About what it takes in memory. */
    long sizeBytes() {
        return FIXED_BYTES
                + 2L * path.length()
                + sizeBytes(requestHeaders)
                + sizeBytes(answerHeaders)
                + requestBody.kept().length
                + answerBody.kept().length
                + (long) BYTES_PER_CHUNK * timeline.size();
    }

    private static long sizeBytes(List<Header> headers) {
        return headers.stream()
                .mapToLong(header -> BYTES_PER_HEADER
                        + header.name().length()
                        + header.value().length())
                .sum();
    }
}
