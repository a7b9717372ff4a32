/** Who is calling: access tokens verified by each service itself, and the caller they stand for. */
@NullMarked
package dev.culvert.platform.caller;

import org.jspecify.annotations.NullMarked;
