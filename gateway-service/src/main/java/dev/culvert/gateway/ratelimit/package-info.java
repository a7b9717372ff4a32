/** Counts requests by user and by address, shared between instances in Redis, and refuses what is over the limit. */
@NullMarked
package dev.culvert.gateway.ratelimit;

import org.jspecify.annotations.NullMarked;
