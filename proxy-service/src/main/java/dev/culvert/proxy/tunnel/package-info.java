/** What tunnel-service tells of the tunnels that proxies lead to. */
@NullMarked
package dev.culvert.proxy.tunnel;

import org.jspecify.annotations.NullMarked;
