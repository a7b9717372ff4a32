/** Where agents connect: the upgrade of their connection, the greeting, and the hand-over to the session registry. */
@NullMarked
package dev.culvert.tunnel.edge;

import org.jspecify.annotations.NullMarked;
