/** Lets others use a tunnel: people, teams, holders of links, everybody; on the owner's own account or because they asked. */
@NullMarked
package dev.culvert.tunnel.share;

import org.jspecify.annotations.NullMarked;
