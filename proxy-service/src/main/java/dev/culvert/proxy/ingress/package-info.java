/** Requests enter here and leave for the first target that can take them. */
@NullMarked
package dev.culvert.proxy.ingress;

import org.jspecify.annotations.NullMarked;
