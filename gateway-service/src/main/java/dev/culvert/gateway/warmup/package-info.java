/** Runs the gateway's parts before it says that it is ready, so that its first calls are not its slowest. */
@NullMarked
package dev.culvert.gateway.warmup;

import org.jspecify.annotations.NullMarked;
