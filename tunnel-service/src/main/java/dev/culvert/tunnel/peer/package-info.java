/** Passes a request to the replica that holds the tunnel's agent: one hop, over one lasting connection to each replica. */
@NullMarked
package dev.culvert.tunnel.peer;

import org.jspecify.annotations.NullMarked;
