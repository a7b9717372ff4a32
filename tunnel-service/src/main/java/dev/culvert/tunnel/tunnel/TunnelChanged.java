package dev.culvert.tunnel.tunnel;

import java.util.UUID;

/** A change of a tunnel that the data plane of this replica must know of once it is committed. */
sealed interface TunnelChanged {
    UUID tunnelId();

    /** Name, configuration or status changed. */
    record Edited(UUID tunnelId) implements TunnelChanged {}

    /** Its agents must go. */
    record Stopped(UUID tunnelId) implements TunnelChanged {}

    /** It is no more, and its agents must go. */
    record Deleted(UUID tunnelId) implements TunnelChanged {}
}
