/** Shows owners the last requests through their tunnels, live and afterwards, and sends one again. */
@NullMarked
package dev.culvert.tunnel.inspector;

import org.jspecify.annotations.NullMarked;
