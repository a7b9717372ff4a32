package dev.culvert.gateway.ratelimit;

/**
 * The answer to one call, told by the tightest window: the one that refuses longest, else the one with the fewest places.
 *
 * @param window the tightest one
 * @param remaining calls left after this one
 * @param resetAtMillis when places return, Unix time
 * @param nowMillis the time of the decision, by the clock that counts
 * @param degraded whether this instance counted alone because Redis was not available
 */
record Decision(boolean allowed, Window window, int remaining, long resetAtMillis, long nowMillis, boolean degraded) {

    /** Calls the window allows. */
    int limit() {
        return window.limit();
    }

    Decision asDegraded() {
        return new Decision(allowed, window, remaining, resetAtMillis, nowMillis, true);
    }

    /** The same answer again, later. */
    Decision at(long millis) {
        return new Decision(allowed, window, remaining, resetAtMillis, millis, degraded);
    }
}
