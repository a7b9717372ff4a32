/** A proxy's life: who owns it, which targets it has, whether it takes requests. */
@NullMarked
package dev.culvert.proxy.proxy;

import org.jspecify.annotations.NullMarked;
