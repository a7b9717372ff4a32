package dev.culvert.contracts.event;

import java.util.Set;
import java.util.UUID;

/** Events of tunnels, on {@link Topics#TUNNELS}. */
public sealed interface TunnelEvent extends DomainEvent {
    /** Key of all events of one tunnel. */
    UUID tunnelId();

    @Override
    default String subject() {
        return tunnelId().toString();
    }

    /** A tunnel was created. */
    record TunnelCreated(UUID tunnelId, UUID userId, String name) implements TunnelEvent {}

    /** A tunnel's name, description or configuration changed. */
    record TunnelUpdated(UUID tunnelId, UUID userId, String name, Set<String> changedFields) implements TunnelEvent {
        public TunnelUpdated {
            changedFields = Set.copyOf(changedFields);
        }
    }

    /** A tunnel was deleted. */
    record TunnelDeleted(UUID tunnelId, UUID userId, String name) implements TunnelEvent {}

    /**
     * A tunnel went from one status to another (requirement R4.1b).
     *
     * @param oldStatus one of created, connecting, connected, disconnected, error
     * @param newStatus likewise
     * @param reason what caused the change, e.g. {@code agent_connected}
     */
    record TunnelStatusChanged(
            UUID tunnelId, UUID userId, String name, String oldStatus, String newStatus, String reason)
            implements TunnelEvent {}

    /**
     * A tunnel carried traffic (requirement R4.10): its sums since it exists, told once a minute at most and only after they
     * changed.
     *
     * @param errorCount requests that ended with a 5xx status, were cut off or timed out
     * @param averageLatencyMillis of all requests that ended
     */
    record TunnelMetricsUpdated(
            UUID tunnelId,
            UUID userId,
            String name,
            long requestCount,
            long successCount,
            long errorCount,
            long averageLatencyMillis,
            long bytesIn,
            long bytesOut)
            implements TunnelEvent {}
}
