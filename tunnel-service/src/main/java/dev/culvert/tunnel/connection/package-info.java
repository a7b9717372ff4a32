/** The agent connections that are open on any replica, kept as rows. */
@NullMarked
package dev.culvert.tunnel.connection;

import org.jspecify.annotations.NullMarked;
