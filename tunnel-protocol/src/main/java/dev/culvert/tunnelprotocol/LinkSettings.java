package dev.culvert.tunnelprotocol;

import java.time.Duration;

/**
 * Sizes and times of a link.
 *
 * @param streamWindowBytes what one stream may have under way towards this side before it is read
 * @param connectionWindowBytes the same for all streams together at first; refilled on arrival, so a stalled stream cannot
 *     stop the others, and widened where the way is long
 * @param maxConcurrentStreams requests at the same time that this side accepts as HTTP/2 server
 * @param pingInterval silence on a busy link after which the peer is asked whether it is there; an idle link is asked
 *     every fifth interval
 * @param suspectAfter how long an unanswered question may stand before the link gets no new requests
 * @param closeAfter how long before the link is given up
 */
public record LinkSettings(
        int streamWindowBytes,
        int connectionWindowBytes,
        int maxConcurrentStreams,
        Duration pingInterval,
        Duration suspectAfter,
        Duration closeAfter) {
    /** Names, values and 32 bytes for each field, as RFC 9113 §6.5.2 counts. */
    static final int MAX_HEADER_LIST_BYTES = 256 * 1024;

    public static final LinkSettings DEFAULTS = new LinkSettings(
            64 * 1024, 2 * 1024 * 1024, 512, Duration.ofSeconds(1), Duration.ofSeconds(3), Duration.ofSeconds(10));

    public LinkSettings {
        if (streamWindowBytes < 65_535 || connectionWindowBytes < streamWindowBytes) {
            throw new IllegalArgumentException(
                    "Windows are at least 65535 bytes, and the connection's is no smaller than a stream's");
        }
        if (suspectAfter.compareTo(pingInterval) < 0 || closeAfter.compareTo(suspectAfter) < 0) {
            throw new IllegalArgumentException("pingInterval <= suspectAfter <= closeAfter");
        }
    }
}
