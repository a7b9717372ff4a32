package dev.culvert.agent.forward;

import java.time.Duration;
import java.time.Instant;

/**
 * One request that this agent has handed to the local service, told when it is over.
 *
 * @param path as the local service saw it, with query
 * @param status sent back; 0 if the caller left before there was one
 * @param bytesIn body bytes towards the local service
 * @param bytesOut body bytes from it
 * @param end how it ended
 */
public record ForwardedRequest(
        Instant startedAt,
        String method,
        String path,
        int status,
        Duration duration,
        long bytesIn,
        long bytesOut,
        End end) {
    /** The path for screens and logs: queries carry tokens too often, and control characters would let a caller write lines. */
    public String shownPath() {
        int query = path.indexOf('?');
        String shown = query < 0 ? path : path.substring(0, query) + "?…";
        return shown.chars().allMatch(c -> c >= ' ' && c != 0x7f) ? shown : "(unprintable path)";
    }

    /** How a request ended. */
    public enum End {
        /** The whole answer was passed on. */
        COMPLETED,
        /** The caller left, or the link broke. */
        CANCELLED,
        /** The local service could not be reached, or broke off. */
        FAILED,
        /** The rules of the local user do not let it through. */
        REFUSED
    }
}
