/** Which agent holds which tunnel right now, and the ports through which the control plane sees the data plane. */
@NullMarked
package dev.culvert.tunnel.session;

import org.jspecify.annotations.NullMarked;
