/** Where requests of callers enter: {@code /t/{name}/…} on the data port, streamed to an agent and back. */
@NullMarked
package dev.culvert.tunnel.ingress;

import org.jspecify.annotations.NullMarked;
