package dev.culvert.tunnel.ingress;

import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.platform.problem.ProblemException;
import dev.culvert.tunnelprotocol.OriginFailure;
import java.time.Duration;

/** The refusals of the data port, each with the word that older clients know. */
final class IngressProblems {
    private IngressProblems() {}

    static ProblemException unknownPath() {
        return new ProblemException(
                ProblemCode.NOT_FOUND, "The data port serves /t/{tunnel}/… only; the API is at the gateway.");
    }

    static ProblemException unknownTunnel() {
        return new ProblemException(ProblemCode.TUNNEL_001, "There is no tunnel of this name.")
                .withAlias("TUNNEL_NOT_FOUND");
    }

    static ProblemException stopped() {
        return new ProblemException(ProblemCode.TUNNEL_STOPPED, "The tunnel is stopped. Start it, then try again.")
                .withAlias("TUNNEL_NOT_AVAILABLE");
    }

    static ProblemException foreignNetwork() {
        return new ProblemException(
                ProblemCode.FORBIDDEN, "The tunnel's owner lets no requests in from the network you come from.");
    }

    static ProblemException offline() {
        return new ProblemException(
                        ProblemCode.AGENT_OFFLINE,
                        "No agent is connected to this tunnel. Start it beside the local service.")
                .withAlias("DESKTOP_CLIENT_DISCONNECTED")
                .withRetryAfter(Duration.ofSeconds(2));
    }

    static ProblemException agentLost() {
        return new ProblemException(ProblemCode.AGENT_OFFLINE, "The agent was lost before the local service answered.")
                .withAlias("DESKTOP_CLIENT_DISCONNECTED")
                .withRetryAfter(Duration.ofSeconds(1));
    }

    static ProblemException tooManyRequests(int limit) {
        return new ProblemException(
                        ProblemCode.TOO_MANY_STREAMS,
                        "The tunnel already carries its " + limit + " requests at the same time.")
                .withAlias("RATE_LIMIT_EXCEEDED")
                .withRetryAfter(Duration.ofSeconds(1));
    }

    static ProblemException agentBusy() {
        return new ProblemException(
                        ProblemCode.TOO_MANY_STREAMS, "The agent already carries as many requests as it takes at once.")
                .withAlias("RATE_LIMIT_EXCEEDED")
                .withRetryAfter(Duration.ofSeconds(1));
    }

    static ProblemException outOfMemory() {
        return new ProblemException(
                        ProblemCode.SERVICE_UNAVAILABLE, "The service carries as many requests as it has memory for.")
                .withRetryAfter(Duration.ofSeconds(1));
    }

    static ProblemException draining() {
        return new ProblemException(ProblemCode.SERVICE_UNAVAILABLE, "This node is going down. Try again.")
                .withRetryAfter(Duration.ofSeconds(1));
    }

    /** Without a wait: the next dial reaches another replica. */
    static ProblemException agentsElsewhere() {
        return new ProblemException(
                ProblemCode.SERVICE_UNAVAILABLE, "This node is going down and takes no agents. Dial again.");
    }

    /** Of a polling agent's link. */
    static ProblemException replicaGone(Throwable cause) {
        return new ProblemException(
                        ProblemCode.SERVICE_UNAVAILABLE, "The node that has this link cannot be reached.", cause)
                .withRetryAfter(Duration.ofSeconds(1));
    }

    static ProblemException idleTooLong() {
        return new ProblemException(
                        ProblemCode.REQUEST_TIMEOUT, "The local service was silent for longer than the tunnel allows.")
                .withAlias("LLM_REQUEST_TIMEOUT");
    }

    static ProblemException originFailed(OriginFailure failure) {
        return switch (failure) {
            case UNREACHABLE ->
                new ProblemException(
                        ProblemCode.TARGET_UNREACHABLE, "The agent cannot reach the local service it forwards to.");
            case CLOSED_EARLY ->
                new ProblemException(
                        ProblemCode.UPSTREAM_ERROR, "The local service closed the connection before it answered.");
            case NOT_HTTP ->
                new ProblemException(ProblemCode.UPSTREAM_ERROR, "The local service did not answer in HTTP.");
            case UPGRADE_REFUSED ->
                new ProblemException(ProblemCode.UPSTREAM_ERROR, "The local service did not agree to speak WebSocket.");
            case REQUEST_REFUSED ->
                new ProblemException(
                        ProblemCode.VALIDATION_ERROR, "The request cannot be passed to the local service as it is.");
        };
    }

    static ProblemException brokenAnswer() {
        return new ProblemException(ProblemCode.UPSTREAM_ERROR, "The agent broke the request off.");
    }
}
