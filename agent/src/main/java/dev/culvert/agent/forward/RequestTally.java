package dev.culvert.agent.forward;

import dev.culvert.agent.forward.ForwardedRequest.End;
import java.time.Duration;
import java.time.Instant;

/** What is counted of one request while it runs; on one event loop. */
final class RequestTally {
    private final RequestListener listener;
    private final Instant startedAt = Instant.now();
    private final long startedNanos = System.nanoTime();
    private String method = "";
    private String path = "";
    private int status;
    private long bytesIn;
    private long bytesOut;
    private boolean begun;

    RequestTally(RequestListener listener) {
        this.listener = listener;
    }

    void begin(String ofMethod, String ofPath) {
        method = ofMethod;
        path = ofPath;
        begun = true;
        listener.started();
    }

    String method() {
        return method;
    }

    void answered(int withStatus) {
        status = withStatus;
    }

    /** Since its head came. */
    Duration elapsed() {
        return Duration.ofNanos(System.nanoTime() - startedNanos);
    }

    void in(int bytes) {
        bytesIn += bytes;
    }

    void out(int bytes) {
        bytesOut += bytes;
    }

    void end(End how) {
        if (begun) {
            begun = false;
            listener.ended(new ForwardedRequest(startedAt, method, path, status, elapsed(), bytesIn, bytesOut, how));
        }
    }
}
