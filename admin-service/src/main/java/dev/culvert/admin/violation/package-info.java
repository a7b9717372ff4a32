/** Keeps what rate limits refused, and tells who runs into them most. */
@NullMarked
package dev.culvert.admin.violation;

import org.jspecify.annotations.NullMarked;
