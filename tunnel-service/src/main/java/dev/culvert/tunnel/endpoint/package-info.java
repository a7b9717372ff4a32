/** The endpoints of a tunnel: which of them gets a request, how each does, and what happens when one fails. */
@NullMarked
package dev.culvert.tunnel.endpoint;

import org.jspecify.annotations.NullMarked;
