package dev.culvert.platform.requests;

import java.time.Duration;

/**
 * What is recorded of a request.
 *
 * @param route template of the path, or {@link #UNKNOWN_ROUTE}
 * @param firstByte time until the answer began
 * @param duration time until the answer ended
 */
record AnsweredRequest(String method, String path, String route, int status, Duration firstByte, Duration duration) {
    /** Route of requests that nothing is there to answer, so that invented paths make no series of their own. */
    static final String UNKNOWN_ROUTE = "unknown";
}
