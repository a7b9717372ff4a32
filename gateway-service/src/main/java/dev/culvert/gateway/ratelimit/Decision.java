package dev.culvert.gateway.ratelimit;

/**
 * The answer to one call, told by the tightest window: the one that refuses longest, else the one with the fewest places.
 *
 * @param limit calls the window allows
 * @param remaining calls left after this one
 * @param resetAtMillis when places return, Unix time
 * @param nowMillis the time of the decision, by the clock that counts
 * @param degraded whether this instance counted alone because Redis was not available
 */
record Decision(boolean allowed, int limit, int remaining, long resetAtMillis, long nowMillis, boolean degraded) {

    Decision asDegraded() {
        return new Decision(allowed, limit, remaining, resetAtMillis, nowMillis, true);
    }
}
