/** Which versions of the API there are, and what of them is going away. */
@NullMarked
package dev.culvert.gateway.version;

import org.jspecify.annotations.NullMarked;
