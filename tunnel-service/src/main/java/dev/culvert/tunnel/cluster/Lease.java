package dev.culvert.tunnel.cluster;

import java.util.UUID;

/**
 * Says that a replica holds an agent connection; good as long as the replica renews its leases.
 *
 * @param instance random id of the agent process
 * @param connection number of the link within the process
 * @param epoch larger than that of every older lease; 0 while there is no store to give one
 */
public record Lease(UUID sessionId, UUID tunnelId, String instance, int connection, long epoch) {
    Lease withEpoch(long given) {
        return new Lease(sessionId, tunnelId, instance, connection, given);
    }

    /** Whether both are the same link of the same agent process, made twice. */
    boolean sameOrigin(Lease other) {
        return connection == other.connection && instance.equals(other.instance) && tunnelId.equals(other.tunnelId);
    }
}
