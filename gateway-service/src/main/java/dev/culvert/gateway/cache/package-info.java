/** Answers that may be given again, and equal questions that are asked once (RFC 9111). */
@NullMarked
package dev.culvert.gateway.cache;

import org.jspecify.annotations.NullMarked;
