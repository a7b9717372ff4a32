/** A tunnel's life: who owns it, what it is called, whether it carries traffic. */
@NullMarked
package dev.culvert.tunnel.tunnel;

import org.jspecify.annotations.NullMarked;
