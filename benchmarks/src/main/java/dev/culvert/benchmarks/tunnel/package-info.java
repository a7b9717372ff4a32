/** Tunnels under load: speed, added delay, memory and recovery, beside the local service alone and a bare reverse proxy. */
@NullMarked
package dev.culvert.benchmarks.tunnel;

import org.jspecify.annotations.NullMarked;
