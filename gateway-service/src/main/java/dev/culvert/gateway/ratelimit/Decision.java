package dev.culvert.gateway.ratelimit;

/**
 * The answer to one call, told by the tightest window: the one that refuses longest, else the one with the fewest places.
 *
 * @param window the tightest one
 * @param remaining calls left after this one
 * @param resetAtMillis when places return, Unix time
 * @param nowMillis the time of the decision, by the clock that counts
 * @param turnMillis how long an allowed call waits until it is its turn
 * @param degraded whether this instance counted alone because Redis was not available
 */
record Decision(
        boolean allowed,
        Window window,
        int remaining,
        long resetAtMillis,
        long nowMillis,
        long turnMillis,
        boolean degraded) {

    static Decision allowed(Window window, int remaining, long resetAtMillis, long nowMillis) {
        return new Decision(true, window, remaining, resetAtMillis, nowMillis, 0, false);
    }

    static Decision refused(Window window, long resetAtMillis, long nowMillis) {
        return new Decision(false, window, 0, resetAtMillis, nowMillis, 0, false);
    }

    /** Calls the window allows. */
    int limit() {
        return window.limit();
    }

    Decision asDegraded() {
        return new Decision(allowed, window, remaining, resetAtMillis, nowMillis, turnMillis, true);
    }

    /** The same answer again, later. */
    Decision at(long millis) {
        return new Decision(allowed, window, remaining, resetAtMillis, millis, turnMillis, degraded);
    }

    /** The same answer, with so many calls left. */
    Decision withRemaining(int calls) {
        return new Decision(allowed, window, calls, resetAtMillis, nowMillis, turnMillis, degraded);
    }

    /** The same answer for a call that waits for its turn. */
    Decision inTurn(long millis) {
        return new Decision(allowed, window, remaining, resetAtMillis, nowMillis, millis, degraded);
    }
}
