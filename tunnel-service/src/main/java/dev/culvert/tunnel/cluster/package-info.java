/** The replicas of this service and which agents each of them holds, shared by leases in Redis and kept whole in memory. */
@NullMarked
package dev.culvert.tunnel.cluster;

import org.jspecify.annotations.NullMarked;
