package dev.culvert.contracts.event;

import java.time.Instant;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

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

    /**
     * A tunnel's requests go to another of its endpoints from now on (requirements P2.3.8, P2.3.9).
     *
     * @param fromEndpoint name of the one before
     * @param reason agent_offline, not_answering, unhealthy, removed, picked, recovered or higher_priority
     * @param queueSize requests that waited for an endpoint, or had left the one before, when the switch was made, on the replica
     *     that made it
     */
    record TunnelFailedOver(
            UUID tunnelId,
            UUID userId,
            String name,
            String fromEndpoint,
            String toEndpoint,
            String reason,
            int queueSize)
            implements TunnelEvent {}

    /**
     * A tunnel was shared with a person or a team (requirement P2.10.10); told in the tenants of both sides.
     *
     * @param userId the owner
     * @param granteeTenantId the team, if it is one
     * @param role viewer, editor or admin
     */
    record TunnelShared(
            UUID tunnelId,
            UUID userId,
            String name,
            UUID shareId,
            @Nullable UUID granteeUserId,
            @Nullable UUID granteeTenantId,
            String role,
            @Nullable Instant expiresAt)
            implements TunnelEvent {}

    /**
     * A share allows something else from now on; told in the tenants of both sides.
     *
     * @param reduced it allows less than before
     */
    record TunnelShareChanged(
            UUID tunnelId,
            UUID userId,
            String name,
            UUID shareId,
            @Nullable UUID granteeUserId,
            @Nullable UUID granteeTenantId,
            String role,
            @Nullable Instant expiresAt,
            boolean reduced)
            implements TunnelEvent {}

    /** A share was ended; told in the tenants of both sides. */
    record TunnelShareRevoked(
            UUID tunnelId,
            UUID userId,
            String name,
            UUID shareId,
            @Nullable UUID granteeUserId,
            @Nullable UUID granteeTenantId)
            implements TunnelEvent {}

    /** A link to a tunnel was made; its secret is never in an event. */
    record TunnelLinkCreated(
            UUID tunnelId,
            UUID userId,
            String name,
            UUID linkId,
            String role,
            Instant expiresAt,
            @Nullable Integer maxUses)
            implements TunnelEvent {}

    /** A link to a tunnel was withdrawn. */
    record TunnelLinkRevoked(UUID tunnelId, UUID userId, String name, UUID linkId) implements TunnelEvent {}

    /**
     * Who may use a tunnel without a share changed.
     *
     * @param visibility private, shared or public
     * @param allowedNetworks the only ones requests may come from; empty for all
     * @param login whether visitors must send a name and a password
     */
    record TunnelVisibilityChanged(
            UUID tunnelId, UUID userId, String name, String visibility, Set<String> allowedNetworks, boolean login)
            implements TunnelEvent {
        public TunnelVisibilityChanged {
            allowedNetworks = Set.copyOf(allowedNetworks);
        }
    }

    /** Somebody asked to be let in to a tunnel. */
    record TunnelAccessRequested(UUID tunnelId, UUID userId, String name, UUID requestId, UUID requesterId, String role)
            implements TunnelEvent {}

    /** Whether somebody who asked is let in was decided; told in the tenants of both sides. */
    record TunnelAccessDecided(
            UUID tunnelId, UUID userId, String name, UUID requestId, UUID requesterId, boolean approved)
            implements TunnelEvent {}

    /** A tunnel's owner offered it to somebody; told in the tenants of both. */
    record TunnelTransferOffered(
            UUID tunnelId, UUID userId, String name, UUID transferId, UUID receiverId, Instant expiresAt)
            implements TunnelEvent {}

    /**
     * An offer ended without the tunnel changing hands; told in the tenants of both.
     *
     * @param refused by whom it was offered to, rather than withdrawn by the owner
     */
    record TunnelTransferEnded(
            UUID tunnelId, UUID userId, String name, UUID transferId, UUID receiverId, boolean refused)
            implements TunnelEvent {}

    /**
     * A tunnel is somebody else's from now on; told in the tenants of both.
     *
     * @param userId the new owner
     * @param name under the new owner
     */
    record TunnelTransferred(UUID tunnelId, UUID userId, String name, UUID transferId, UUID previousOwnerId)
            implements TunnelEvent {}
}
