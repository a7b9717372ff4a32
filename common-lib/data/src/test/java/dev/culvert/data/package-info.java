/** A service as small as possible, to try this library in. */
@NullMarked
package dev.culvert.data;

import org.jspecify.annotations.NullMarked;
