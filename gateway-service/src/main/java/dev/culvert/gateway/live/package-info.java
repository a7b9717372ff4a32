/** News of tunnels and proxies for the signed-in user, as they happen. */
@NullMarked
package dev.culvert.gateway.live;

import org.jspecify.annotations.NullMarked;
