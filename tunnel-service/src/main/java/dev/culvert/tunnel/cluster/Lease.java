package dev.culvert.tunnel.cluster;

import dev.culvert.tunnelprotocol.AgentHello;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Says that a replica holds an agent connection; good as long as the replica renews its leases.
 *
 * @param instance random id of the agent process
 * @param connection number of the link within the process
 * @param endpoint which of the tunnel's endpoints the agent is; null from a replica that knows of none
 * @param epoch larger than that of every older lease; 0 while there is no store to give one
 */
public record Lease(
        UUID sessionId,
        UUID tunnelId,
        String instance,
        int connection,
        long epoch,
        @Nullable String endpoint) {
    Lease withEpoch(long given) {
        return new Lease(sessionId, tunnelId, instance, connection, given, endpoint);
    }

    /** The endpoint, also where it is not said. */
    public String endpointOrDefault() {
        return endpoint == null ? AgentHello.DEFAULT_ENDPOINT : endpoint;
    }

    /** Whether both are the same link of the same agent process, made twice. */
    boolean sameOrigin(Lease other) {
        return connection == other.connection && instance.equals(other.instance) && tunnelId.equals(other.tunnelId);
    }
}
