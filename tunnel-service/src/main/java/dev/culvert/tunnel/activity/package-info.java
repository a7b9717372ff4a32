/** Who gave which command on a tunnel, for its owner to read. */
@NullMarked
package dev.culvert.tunnel.activity;

import org.jspecify.annotations.NullMarked;
