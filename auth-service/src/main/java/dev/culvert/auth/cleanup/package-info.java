/** Removes what has served its time, a bounded number of rows at once, so that no table grows without end. */
@NullMarked
package dev.culvert.auth.cleanup;

import org.jspecify.annotations.NullMarked;
