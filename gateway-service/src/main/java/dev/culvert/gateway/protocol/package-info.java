/** Which HTTP a client speaks, and what its connection is made of then. */
@NullMarked
package dev.culvert.gateway.protocol;

import org.jspecify.annotations.NullMarked;
