package dev.culvert.tunnel.session;

import dev.culvert.tunnelprotocol.AgentHello;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/** Something happened to an agent connection of this replica. */
public sealed interface SessionEvent {
    SessionInfo session();

    /** Connections the tunnel has on this replica after the event; 0 means that its agents are gone. */
    int connections();

    Instant at();

    /** An agent said hello and can take requests. */
    record Connected(SessionInfo session, int connections, Instant at) implements SessionEvent {}

    /**
     * A connection ended.
     *
     * @param reason short word, e.g. {@code closed_by_agent}, {@code silent}, {@code replaced}, {@code tunnel_stopped}
     */
    record Disconnected(SessionInfo session, int connections, Instant at, String reason) implements SessionEvent {}

    /**
     * Facts about one agent connection.
     *
     * @param sessionId new for each connection
     * @param userId whose credentials the agent used
     * @param apiKeyId the key it used, if it was a key
     * @param agentInstance random id of the agent process
     * @param agentVersion as the agent says
     * @param remoteAddress peer as seen through the gateway's X-Forwarded-For, else the socket's
     * @param endpoint which of the tunnel's endpoints it is
     * @param target address of the local service as the agent says, empty where it does not
     */
    record SessionInfo(
            UUID sessionId,
            UUID tunnelId,
            UUID tenantId,
            UUID userId,
            Optional<UUID> apiKeyId,
            String agentInstance,
            String agentVersion,
            String remoteAddress,
            String endpoint,
            String target) {
        /** Of an agent that says nothing of endpoints. */
        public SessionInfo(
                UUID sessionId,
                UUID tunnelId,
                UUID tenantId,
                UUID userId,
                Optional<UUID> apiKeyId,
                String agentInstance,
                String agentVersion,
                String remoteAddress) {
            this(
                    sessionId,
                    tunnelId,
                    tenantId,
                    userId,
                    apiKeyId,
                    agentInstance,
                    agentVersion,
                    remoteAddress,
                    AgentHello.DEFAULT_ENDPOINT,
                    "");
        }
    }
}
