/** Reads events as they happen, for what every instance must know itself. */
@NullMarked
package dev.culvert.gateway.feed;

import org.jspecify.annotations.NullMarked;
