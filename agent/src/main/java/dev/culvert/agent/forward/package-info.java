/** Hands each stream of a link to the local service, and its answer back. */
@NullMarked
package dev.culvert.agent.forward;

import org.jspecify.annotations.NullMarked;
