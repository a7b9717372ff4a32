/** Tunnels: the names agents connect to and callers send requests through. */
@NullMarked
package dev.culvert.tunnel;

import org.jspecify.annotations.NullMarked;
