package dev.culvert.gateway.ratelimit;

/**
 * What Redis says to one call, and what it counted of calls that are still to come.
 *
 * @param advance how many more calls like this one are counted already
 * @param goodMillis how long they may come, from the moment at which Redis was asked
 * @param places places in flight that Redis knows of at this instance
 */
record Grant(Decision decision, int advance, long goodMillis, int places) {}
