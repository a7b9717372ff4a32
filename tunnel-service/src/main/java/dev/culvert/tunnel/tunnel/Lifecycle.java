package dev.culvert.tunnel.tunnel;

import dev.culvert.tunnelprotocol.CloseReason;
import java.util.Set;

/**
 * Where a tunnel is in its life, and the only place where that is decided. Immutable; each method answers with what
 * follows, or with the same value when there is nothing to change, so every command can be repeated.
 *
 * @param stopped the owner stopped it: no agent and no request is let in until it is started again
 * @param reason word for what led here, e.g. {@code agent_connected}; goes into the status event
 */
record Lifecycle(TunnelStatus status, boolean stopped, String reason) {
    /** Reasons of a lost agent after which it does not come back by itself. */
    private static final Set<String> TURNED_AWAY = Set.of(CloseReason.REVOKED.wireName());

    static Lifecycle created() {
        return new Lifecycle(TunnelStatus.CREATED, false, "created");
    }

    /** The owner lets it carry traffic. A tunnel that does so already stays as it is. */
    Lifecycle start() {
        return switch (status) {
            case CONNECTING, CONNECTED -> this;
            case CREATED, DISCONNECTED, ERROR -> to(TunnelStatus.CONNECTING, false, "started");
        };
    }

    /** The owner ends its traffic. */
    Lifecycle stop() {
        return stopped ? this : to(TunnelStatus.DISCONNECTED, true, "stopped");
    }

    /** An agent is there. Connecting starts a tunnel that was never started; a stopped one keeps its agents out. */
    Lifecycle agentsPresent() {
        return stopped || status == TunnelStatus.CONNECTED
                ? this
                : to(TunnelStatus.CONNECTED, false, "agent_connected");
    }

    /** No agent is there any more; {@code why} is the reason the last connection ended with. */
    Lifecycle agentsGone(String why) {
        if (status != TunnelStatus.CONNECTED) {
            return this;
        }
        return to(TURNED_AWAY.contains(why) ? TunnelStatus.ERROR : TunnelStatus.DISCONNECTED, false, why);
    }

    private Lifecycle to(TunnelStatus next, boolean nowStopped, String why) {
        if (next != status && !status.next().contains(next)) {
            throw new IllegalStateException("A tunnel cannot go from " + status + " to " + next);
        }
        return new Lifecycle(next, nowStopped, why);
    }
}
